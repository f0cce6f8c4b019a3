import { Refusal, type RefusalCode } from '../protocol/refusal.ts';
import type { Outcome } from '../protocol/report.ts';
import { air, ENDING_SAMPLES } from './air/air.ts';
import { EvidenceCollector } from './air/evidence.ts';
import { msOfSamples } from './audio/format.ts';
import { Meter } from './audio/meter.ts';
import { partSpanMs, programmeSamples } from './audio/programme.ts';
import { refusalOf } from './book/booking.ts';
import { recordOutcome, recordProgress } from './book/outcome.ts';
import type { ReportDraft } from './book/sayable.ts';
import { type Clock, sleep } from './clock/clock.ts';
import type { Claim } from './due/preference.ts';
import type { Turn } from './due/stage.ts';
import type { Window } from './due/when-due.ts';
import type { ReadyAiring } from './fetch/prepare.ts';
import type { Hardware } from './hardware/ports.ts';
import { type Attempt, afterAttempt } from './next-step.ts';
import { persist } from './persist.ts';
import { type AttendOptions, recorder } from './recorder.ts';

/** Repetitions further apart than this leave the station to others meanwhile, with its relays open. */
const SHORT_GAP_S = 5;

/**
 * Airs when the stage is free: in one turn, or in several where it is repeated with a long gap, was preempted and comes
 * back, or is a warning that did not sound.
 */
export async function takeTurns(
  airing: ReadyAiring,
  dueAt: number,
  window: Window,
  off: AbortSignal,
  options: AttendOptions,
): Promise<void> {
  const { journal, stage, clock, stationClock, log, policies, closing, withdrawn } = options;
  const { hardware } = options.air;
  const record = recorder(airing, options);
  const { order } = airing;
  const times = order.repeat?.times ?? 1;
  const gap = order.repeat?.gap ?? 0;
  const ofSamples = programmeSamples({ tracks: airing.tracks, times });
  const partSamples = gap > SHORT_GAP_S ? ofSamples / times : ofSamples;
  const claim: Claim = { order: order.id, priority: order.priority, issuedAt: order.issuedAt, key: airing.key };
  const enough = AbortSignal.any([off, window.late]);
  let evidence = new EvidenceCollector(hardware.traits.readback, airing.zones);
  let meter = new Meter();
  let from = airing.samples;
  let failures = 0;
  let marked = false;
  let heard = false;
  /** Samples at the ends of parts that the sound card may have swallowed. */
  let unsure = 0;
  let last: Attempt | undefined;
  /** How it has ended if it gets no other turn. */
  let soFar: Outcome | undefined;
  const details = ({ refusal, relayAt, soundAt, samples }: Attempt): Partial<ReportDraft> => ({
    evidence: evidence.conclude(meter, samples - unsure, ofSamples),
    ...(refusal && { refusal: refusalOf(refusal) }),
    timing: {
      ...(relayAt !== undefined && { toRelayMs: Math.max(0, relayAt - dueAt) }),
      ...(soundAt !== undefined && { toSoundMs: Math.max(0, soundAt - dueAt) }),
    },
  });

  for (;;) {
    const turn = await stage.turn(claim, enough);
    const at = stationClock.instant();
    window.look();
    if (turn === undefined || window.late.aborted) {
      turn?.release();
      // What waits stays open when the agent closes; whoever withdrew what had not begun has said so.
      if (closing.aborted || (withdrawn.aborted && last === undefined)) return;
      const outcome = withdrawn.aborted ? 'cancelled' : (soFar ?? window.lateOutcome);
      await record(outcome, { at }, { ...because(stage.objectionTo(claim)), ...(last && details(last)) });
      return;
    }
    if (from === 0) {
      // What was seen of an earlier try proves nothing of this one.
      evidence = new EvidenceCollector(hardware.traits.readback, airing.zones);
      meter = new Meter();
      unsure = 0;
    }
    const until = Math.min(ofSamples, (Math.floor(from / partSamples) + 1) * partSamples);
    const ending = ofSamples - from <= ENDING_SAMPLES ? { ending: true as const } : {};
    const attempt = await inTurn(turn, async () => {
      const allowed = policies.judge({
        priority: order.priority,
        zones: airing.zones,
        at: stationClock.now(),
        airtimeMs: msOfSamples(ofSamples - from),
        spanMs: partSpanMs({ ...airing, chime: order.chime === true, gapMs: gap * 1_000, from, until }),
      });
      if (!allowed.ok) return allowed.refusal;
      window.begun();
      return air(airing, {
        ...options.air,
        clock,
        log,
        evidence,
        meter,
        from,
        until,
        volume: Math.min(order.volume ?? 100, allowed.value),
        // A new try after a failure, or the next repetition, is the same airing, and its mark is on the journal.
        mark: marked
          ? async () => true
          : () => recordOutcome(journal, airing, 'airing', { at, samples: from, since: from, ...ending }),
        onProgress: (samples) => {
          recordProgress(journal, airing, { samples }).catch((error: unknown) =>
            log('warn', 'progress-not-noted', { airing: airing.key, error }),
          );
        },
        markEnding: async () => {
          if (until === ofSamples) await recordProgress(journal, airing, { ending: true });
        },
        signal: AbortSignal.any([closing, turn.preempted]),
        fade: withdrawn,
        successorWaits: turn.successorWaits,
      });
    });
    if (attempt instanceof Refusal) {
      await record('rejected', { at }, { ...(last && details(last)), refusal: refusalOf(attempt) });
      return;
    }
    last = attempt;
    heard ||= attempt.soundAt !== undefined;
    if (order.priority !== 'emergency') {
      const now = stationClock.now();
      const lengthMs = msOfSamples(attempt.samples - from);
      await persist(() => policies.noteAirtime(now, lengthMs), { ...options, airing: airing.key });
    }
    const objection = stage.objectionTo(claim);
    const next = afterAttempt({
      order,
      attempt,
      until,
      ofSamples,
      failures,
      stopped: objection !== undefined,
      closing,
      withdrawn,
    });
    const stop = attempt.result === 'stopped' ? because(objection) : {};
    switch (next.step) {
      case 'nothing':
        return;
      case 'end': {
        // [P-40] Of one part nobody knows whether its end was heard.
        const [outcome, doubt] =
          next.outcome === 'aired' && unsure > 0
            ? (['failed', because('sound-card-failed')] as const)
            : [next.outcome, {}];
        await record(outcome, { at: stationClock.instant() }, { ...details(attempt), ...stop, ...doubt });
        return;
      }
      case 'pause':
        if (attempt.result === 'failed') unsure += until - attempt.samples;
        marked = true;
        soFar = 'interrupted';
        from = until;
        await persist(() => recordProgress(journal, airing, { samples: from, since: from }), {
          ...options,
          airing: airing.key,
        });
        await sleep(clock, gap * 1_000, enough);
        break;
      case 'try-again':
        marked = true;
        soFar = 'failed';
        log('warn', 'airing-tried-in-vain', { airing: airing.key, code: attempt.refusal?.code, tries: failures + 1 });
        failures += 1;
        await untilHardwareIsBack(hardware, clock, next.restMs, enough);
        break;
      case 'come-back': {
        marked = false;
        soFar = next.outcome;
        from = next.from;
        if (heard) window.cutShort();
        else window.waitsAgain();
        const standing = { at: stationClock.instant(), samples: from };
        if (!(await record(next.outcome, standing, { ...details(attempt), ...stop, continues: true }))) return;
        if (closing.aborted) return;
      }
    }
  }
}

const because = (code: RefusalCode | undefined): Partial<ReportDraft> =>
  code === undefined ? {} : { refusal: { code } };

async function inTurn<T>(turn: Turn, perform: () => Promise<T>): Promise<T> {
  try {
    return await perform();
  } finally {
    turn.release();
  }
}

/** A rest before the next try; over at once when the hardware says that it is back. */
async function untilHardwareIsBack(hardware: Hardware, clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const back = new AbortController();
  const stopListening = hardware.listen((event) => {
    if (event.type === 'up' || (event.type === 'fault' && !event.on)) back.abort();
  });
  await sleep(clock, ms, AbortSignal.any([signal, back.signal]));
  stopListening();
}
