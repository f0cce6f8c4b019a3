import { Refusal } from '../protocol/refusal.ts';
import type { Outcome } from '../protocol/report.ts';
import { type AiringEnd, type AirOptions, air } from './air/air.ts';
import { type BookedAiring, recordOutcome, refusalOf } from './book/book.ts';
import type { Journal, ReportDraft } from './book/journal.ts';
import type { Clock } from './clock/clock.ts';
import type { StationClock } from './clock/station-clock.ts';
import type { Claim } from './due/preference.ts';
import type { Stage } from './due/stage.ts';
import { type Window, whenDue } from './due/when-due.ts';
import type { Preparation, ReadyAiring } from './fetch/prepare.ts';
import type { Log } from './log.ts';

export interface AttendOptions {
  readonly journal: Journal;
  readonly preparation: Preparation;
  readonly stage: Stage;
  readonly clock: Clock;
  readonly stationClock: StationClock;
  readonly log: Log;
  readonly air: Pick<AirOptions, 'hardware' | 'sink' | 'ffmpeg' | 'settleMs' | 'onContradiction'>;
  /** Aborts when the agent ends; booked airings stay booked, one on air is interrupted. */
  readonly closing: AbortSignal;
  /** Aborts when the order was cancelled or replaced. */
  readonly withdrawn: AbortSignal;
}

/**
 * One booked airing to its end: fetched → due → aired → reported. Resolves when its outcome is on the journal, or when
 * the agent closes before it began. Rejects only when the journal cannot be written.
 */
export async function attend(airing: BookedAiring, options: AttendOptions): Promise<void> {
  const { journal, preparation, clock, stationClock, closing, withdrawn } = options;
  const ended = new AbortController();
  const off = AbortSignal.any([closing, withdrawn, ended.signal]);
  const window = whenDue(airing, clock, stationClock, off);
  let ready: ReadyAiring | undefined;
  try {
    ready = await preparation.prepare(airing, window.late, off);
    if (!(await recordOutcome(journal, airing, 'ready'))) return;
    const dueAt = await window.due;
    if (dueAt !== undefined) return await takeTurns(ready, dueAt, window, off, options);
    if (window.late.aborted) await recordOutcome(journal, airing, window.lateOutcome);
  } catch (error) {
    if (ready !== undefined) throw error;
    if (!off.aborted) await recordOutcome(journal, airing, 'failed', reasonOf(error, options.log, airing));
  } finally {
    ended.abort();
    ready?.release();
  }
}

/** Airs when the stage is free, and again where a preempted airing is to come back. */
async function takeTurns(
  airing: ReadyAiring,
  dueAt: number,
  window: Window,
  off: AbortSignal,
  options: AttendOptions,
): Promise<void> {
  const { journal, stage, clock, log } = options;
  const claim: Claim = { priority: airing.order.priority, issuedAt: airing.order.issuedAt, key: airing.key };
  let last: AiringEnd | undefined;
  for (;;) {
    const turn = await stage.turn(claim, AbortSignal.any([off, window.late]));
    if (turn === undefined) {
      if (off.aborted) return;
      const outcome = last === undefined ? window.lateOutcome : 'preempted';
      await recordOutcome(journal, airing, outcome, last && detailsOf(last, dueAt));
      return;
    }
    window.begun();
    try {
      last = await air(airing, {
        ...options.air,
        clock,
        log,
        mark: () => recordOutcome(journal, airing, 'airing'),
        signal: AbortSignal.any([off, turn.preempted]),
        successorWaits: turn.successorWaits,
      });
    } finally {
      turn.release();
    }
    if (last.result === 'off') return;
    const outcome = outcomeOf(last, options);
    if (outcome === 'preempted' && airsAgain(airing)) continue;
    await recordOutcome(journal, airing, outcome, detailsOf(last, dueAt));
    return;
  }
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
