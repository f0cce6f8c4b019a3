import { Refusal, type RefusalCode } from '../protocol/refusal.ts';
import type { Outcome } from '../protocol/report.ts';
import { type AirOptions, air, ENDING_SAMPLES } from './air/air.ts';
import { EvidenceCollector } from './air/evidence.ts';
import { msOfSamples } from './audio/format.ts';
import { Meter } from './audio/meter.ts';
import { programmeSamples } from './audio/programme.ts';
import { type BookedAiring, refusalOf } from './book/booking.ts';
import type { Journal } from './book/journal.ts';
import { recordOutcome, recordProgress } from './book/outcome.ts';
import type { ReportDraft } from './book/sayable.ts';
import { type Clock, sleep } from './clock/clock.ts';
import type { StationClock } from './clock/station-clock.ts';
import type { Ticks } from './clock/ticks.ts';
import type { Claim } from './due/preference.ts';
import type { Stage, Turn } from './due/stage.ts';
import { type Window, whenDue } from './due/when-due.ts';
import type { Preparation, ReadyAiring } from './fetch/prepare.ts';
import type { Hardware } from './hardware/ports.ts';
import type { Log } from './log.ts';
import { type Attempt, afterAttempt } from './next-step.ts';
import { persist } from './persist.ts';
import type { Policies } from './policy/policies.ts';

export interface AttendOptions {
  readonly journal: Journal;
  readonly preparation: Preparation;
  readonly stage: Stage;
  readonly clock: Clock;
  readonly stationClock: StationClock;
  /** For all that wait for a time far off. */
  readonly ticks: Ticks;
  readonly log: Log;
  readonly air: Pick<AirOptions, 'hardware' | 'sink' | 'ffmpeg' | 'onDecoder' | 'settleMs'>;
  readonly policies: Policies;
  /** Aborts when the agent ends; booked airings stay booked, one on air is interrupted. */
  readonly closing: AbortSignal;
  /** Aborts when the order was cancelled or replaced. */
  readonly withdrawn: AbortSignal;
}

/** Repetitions further apart than this leave the station to others meanwhile, with its relays open. */
const SHORT_GAP_S = 5;

/**
 * One booked airing to its end: fetched → due → aired → reported. Resolves when its outcome is on the journal, or when
 * the agent closes before it began. Rejects only when the journal cannot be written.
 */
export async function attend(airing: BookedAiring, options: AttendOptions): Promise<void> {
  const { preparation, clock, stationClock, closing, withdrawn, log } = options;
  const ended = new AbortController();
  const off = AbortSignal.any([closing, withdrawn, ended.signal]);
  const window = whenDue(airing, clock, stationClock, off, options.ticks);
  const record = recorder(airing, options);
  const at = () => ({ at: stationClock.instant() });
  let ready: ReadyAiring | undefined;
  try {
    // It came too late: nothing was tried, so nothing has failed.
    if (window.late.aborted) {
      await record(window.lateOutcome, at());
      return;
    }
    ready = await preparation.prepare(airing, window.late, off);
    if (airing.state === 'booked' && !(await record('ready', at()))) return;
    const dueAt = await window.due;
    if (dueAt !== undefined) return await takeTurns(ready, dueAt, window, off, options);
    if (window.late.aborted) await record(window.lateOutcome, at());
  } catch (error) {
    if (ready !== undefined) throw error;
    if (!off.aborted) await record('failed', at(), reasonOf(error, log, airing));
  } finally {
    ended.abort();
    ready?.release();
  }
}

/**
 * Airs when the stage is free: in one turn, or in several where it is repeated with a long gap, was preempted and comes
 * back, or is a warning that did not sound.
 */
async function takeTurns(
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
  let last: Attempt | undefined;
  const details = ({ refusal, relayAt, soundAt, samples }: Attempt): Partial<ReportDraft> => ({
    evidence: evidence.conclude(meter, samples, ofSamples),
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
      const stop = because(stage.objectionTo(claim));
      const outcome = endedWaiting(last, window, withdrawn);
      await record(outcome, { at }, { ...stop, ...(last && details(last)) });
      return;
    }
    const allowed = policies.judge({
      priority: order.priority,
      zones: airing.zones,
      at: stationClock.now(),
      lengthMs: msOfSamples(ofSamples - from),
    });
    if (!allowed.ok) {
      turn.release();
      const refusal = refusalOf(allowed.refusal);
      await record('rejected', { at }, { ...(last && details(last)), refusal });
      return;
    }
    window.begun();
    const until = Math.min(ofSamples, (Math.floor(from / partSamples) + 1) * partSamples);
    const ending = ofSamples - from <= ENDING_SAMPLES ? { ending: true as const } : {};
    const attempt = await airInTurn(turn, () =>
      air(airing, {
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
          : () => recordOutcome(journal, airing, 'airing', { at, samples: from, ...ending }),
        onProgress: (samples) => {
          recordProgress(journal, airing, { samples }).catch((error: unknown) =>
            log('warn', 'progress-not-noted', { airing: airing.key, error }),
          );
        },
        markEnding: async () => {
          if (until === ofSamples) await recordProgress(journal, airing, { samples: from, ending: true });
        },
        signal: AbortSignal.any([closing, turn.preempted]),
        fade: withdrawn,
        successorWaits: turn.successorWaits,
      }),
    );
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
      case 'end':
        await record(next.outcome, { at: stationClock.instant() }, { ...details(attempt), ...stop });
        return;
      case 'pause':
        marked = true;
        from = until;
        await persist(() => recordProgress(journal, airing, { samples: from }), { ...options, airing: airing.key });
        await sleep(clock, gap * 1_000, enough);
        break;
      case 'try-again':
        marked = true;
        log('warn', 'airing-tried-in-vain', { airing: airing.key, code: attempt.refusal?.code, tries: failures + 1 });
        failures += 1;
        await untilHardwareIsBack(hardware, clock, next.restMs, enough);
        break;
      case 'come-back': {
        marked = false;
        from = next.from;
        if (!heard) window.waitsAgain();
        const standing = { at: stationClock.instant(), samples: from };
        if (!(await record(next.outcome, standing, { ...details(attempt), ...stop, continues: true }))) return;
        if (closing.aborted) return;
        if (from === 0) {
          evidence = new EvidenceCollector(hardware.traits.readback, airing.zones);
          meter = new Meter();
        }
      }
    }
  }
}

const because = (code: RefusalCode | undefined): Partial<ReportDraft> =>
  code === undefined ? {} : { refusal: { code } };

type Recorder = (...parts: TailOf<Parameters<typeof recordOutcome>>) => Promise<boolean>;
type TailOf<T extends readonly unknown[]> = T extends readonly [unknown, unknown, ...infer Tail] ? Tail : never;

/** Records this airing's outcomes, again and again where the journal cannot be written. */
const recorder =
  (airing: BookedAiring, options: AttendOptions): Recorder =>
  (...parts) =>
    persist(() => recordOutcome(options.journal, airing, ...parts), { ...options, airing: airing.key });

async function airInTurn(turn: Turn, perform: () => Promise<Attempt>): Promise<Attempt> {
  try {
    return await perform();
  } finally {
    turn.release();
  }
}

/** It did not get its turn any more. */
function endedWaiting(last: Attempt | undefined, window: Window, withdrawn: AbortSignal): Outcome {
  if (withdrawn.aborted) return 'cancelled';
  if (last === undefined) return window.lateOutcome;
  return last.result === 'failed' ? 'failed' : 'preempted';
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

function reasonOf(error: unknown, log: Log, airing: BookedAiring): { refusal: { code: RefusalCode } } {
  if (!(error instanceof Refusal)) log('error', 'preparation-broke', { airing: airing.key, error });
  return { refusal: refusalOf(error instanceof Refusal ? error : new Refusal('internal-error', '', { cause: error })) };
}
