import { Refusal, type RefusalCode } from '../protocol/refusal.ts';
import type { Outcome } from '../protocol/report.ts';
import { type AiringEnd, type AirOptions, air } from './air/air.ts';
import { type BookedAiring, recordOutcome, refusalOf } from './book/book.ts';
import type { Journal, ReportDraft } from './book/journal.ts';
import { type Clock, sleep } from './clock/clock.ts';
import type { StationClock } from './clock/station-clock.ts';
import type { Claim } from './due/preference.ts';
import type { Stage } from './due/stage.ts';
import { type Window, whenDue } from './due/when-due.ts';
import type { Preparation, ReadyAiring } from './fetch/prepare.ts';
import type { Hardware } from './hardware/ports.ts';
import type { Log } from './log.ts';

export interface AttendOptions {
  readonly journal: Journal;
  readonly preparation: Preparation;
  readonly stage: Stage;
  readonly clock: Clock;
  readonly stationClock: StationClock;
  readonly log: Log;
  readonly air: Pick<AirOptions, 'hardware' | 'sink' | 'ffmpeg' | 'settleMs'>;
  /** Aborts when the agent ends; booked airings stay booked, one on air is interrupted. */
  readonly closing: AbortSignal;
  /** Aborts when the order was cancelled or replaced. */
  readonly withdrawn: AbortSignal;
}

/** Failures of the hardware that may pass. */
const passing: readonly RefusalCode[] = [
  'controller-unreachable',
  'lease-lost',
  'amplifier-fault',
  'sound-card-failed',
  'decoder-failed',
  'decoder-hung',
];
/** How long an emergency that failed rests before each new try: 25 tries in about half an hour. */
const RESTS_MS = [1_000, 2_000, 5_000, 10_000, 30_000, ...Array<number>(20).fill(90_000)];

const JOURNAL_REST_MS = 5_000;

/**
 * One booked airing to its end: fetched → due → aired → reported. Resolves when its outcome is on the journal, or when
 * the agent closes before it began. Rejects only when the journal cannot be written.
 */
export async function attend(airing: BookedAiring, options: AttendOptions): Promise<void> {
  const { preparation, clock, stationClock, closing, withdrawn } = options;
  const ended = new AbortController();
  const off = AbortSignal.any([closing, withdrawn, ended.signal]);
  const window = whenDue(airing, clock, stationClock, off);
  let ready: ReadyAiring | undefined;
  try {
    // It came too late: nothing was tried, so nothing has failed.
    if (window.late.aborted) {
      await persist(airing, window.lateOutcome, {}, options);
      return;
    }
    ready = await preparation.prepare(airing, window.late, off);
    if (!(await persist(airing, 'ready', {}, options))) return;
    const dueAt = await window.due;
    if (dueAt !== undefined) return await takeTurns(ready, dueAt, window, off, options);
    if (window.late.aborted) await persist(airing, window.lateOutcome, {}, options);
  } catch (error) {
    if (ready !== undefined) throw error;
    if (!off.aborted) await persist(airing, 'failed', reasonOf(error, options.log, airing), options);
  } finally {
    ended.abort();
    ready?.release();
  }
}

/** Airs when the stage is free, and again where a preempted airing is to come back or a warning did not sound. */
async function takeTurns(
  airing: ReadyAiring,
  dueAt: number,
  window: Window,
  off: AbortSignal,
  options: AttendOptions,
): Promise<void> {
  const { journal, stage, clock, log } = options;
  const claim: Claim = { priority: airing.order.priority, issuedAt: airing.order.issuedAt, key: airing.key };
  const enough = AbortSignal.any([off, window.late]);
  let last: AiringEnd | undefined;
  let failures = 0;
  for (;;) {
    const turn = await stage.turn(claim, enough);
    if (turn === undefined) {
      const outcome = last === undefined ? unbegun(window, off) : endedWaiting(last, options);
      if (outcome !== undefined) await persist(airing, outcome, last && detailsOf(last, dueAt), options);
      return;
    }
    window.begun();
    const marked = last?.result === 'failed';
    try {
      last = await air(airing, {
        ...options.air,
        clock,
        log,
        // A new try after a failure is the same airing, and its mark is on the journal.
        mark: marked ? async () => true : () => recordOutcome(journal, airing, 'airing'),
        signal: AbortSignal.any([off, turn.preempted]),
        successorWaits: turn.successorWaits,
      });
    } finally {
      turn.release();
    }
    if (last.result === 'off') return;
    if (mayAirAgain(airing, last, failures)) {
      if (last.result === 'failed') {
        log('warn', 'airing-tried-in-vain', { airing: airing.key, code: last.refusal?.code, tries: failures + 1 });
        await untilHardwareIsBack(options.air.hardware, clock, RESTS_MS[failures++] ?? 0, enough);
      }
      continue;
    }
    await persist(airing, outcomeOf(last, options), detailsOf(last, dueAt), options);
    return;
  }
}

/**
 * Puts the outcome on the journal, however long that cannot be written: without it nothing would ever be reported.
 * False as `recordOutcome`; rejects only when the agent closes meanwhile.
 */
async function persist(
  airing: BookedAiring,
  outcome: Outcome,
  details: Partial<ReportDraft> | undefined,
  { journal, clock, log, closing }: AttendOptions,
): Promise<boolean> {
  for (;;) {
    try {
      return await recordOutcome(journal, airing, outcome, details);
    } catch (error) {
      if (closing.aborted) throw error;
      log('error', 'outcome-not-written', { airing: airing.key, outcome, error });
      await sleep(clock, JOURNAL_REST_MS, closing);
    }
  }
}

/** Never began: late, or off, and then whoever took it off has said so. */
const unbegun = (window: Window, off: AbortSignal): Outcome | undefined =>
  off.aborted ? undefined : window.lateOutcome;

/** Began and was to come back, and then could not. */
function endedWaiting({ result }: AiringEnd, { closing, withdrawn }: AttendOptions): Outcome {
  if (withdrawn.aborted) return 'cancelled';
  if (result === 'failed') return 'failed';
  return closing.aborted ? 'interrupted' : 'preempted';
}

/** Whether a failed or preempted airing is to be begun once more. What was heard in full never is. */
function mayAirAgain(airing: BookedAiring, last: AiringEnd, failures: number): boolean {
  const { played } = last.evidence;
  if (played !== undefined && played.ms >= played.ofMs) return false;
  if (last.result === 'stopped') return airsAgain(airing);
  // The worst failure is a warning that does not sound.
  return (
    airing.order.priority === 'emergency' &&
    failures < RESTS_MS.length &&
    last.refusal !== undefined &&
    passing.includes(last.refusal.code)
  );
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

function outcomeOf({ result }: AiringEnd, { closing, withdrawn }: AttendOptions): Outcome {
  if (result === 'whole') return 'aired';
  if (result === 'failed') return 'failed';
  if (withdrawn.aborted) return 'cancelled';
  return closing.aborted ? 'interrupted' : 'preempted';
}

/** A preempted emergency always comes back; anything else as its order says. */
const airsAgain = ({ order }: BookedAiring): boolean => order.priority === 'emergency' || order.onInterrupt !== 'skip';

function detailsOf({ evidence, refusal, relayAt, soundAt }: AiringEnd, dueAt: number): Partial<ReportDraft> {
  return {
    evidence,
    ...(refusal && { refusal: refusalOf(refusal) }),
    timing: {
      ...(relayAt !== undefined && { toRelayMs: Math.max(0, relayAt - dueAt) }),
      ...(soundAt !== undefined && { toSoundMs: Math.max(0, soundAt - dueAt) }),
    },
  };
}

function reasonOf(error: unknown, log: Log, airing: BookedAiring): Partial<ReportDraft> {
  if (!(error instanceof Refusal)) log('error', 'preparation-broke', { airing: airing.key, error });
  return { refusal: refusalOf(error instanceof Refusal ? error : new Refusal('internal-error', '', { cause: error })) };
}
