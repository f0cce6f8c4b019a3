import { Refusal } from '../protocol/refusal.ts';
import type { Outcome } from '../protocol/report.ts';
import { type AiringEnd, type AirOptions, air } from './air/air.ts';
import { type BookedAiring, recordOutcome, refusalOf } from './book/book.ts';
import type { Journal, ReportDraft } from './book/journal.ts';
import type { Clock } from './clock/clock.ts';
import type { StationClock } from './clock/station-clock.ts';
import type { Claim } from './due/preference.ts';
import type { Stage } from './due/stage.ts';
import { whenDue } from './due/when-due.ts';
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
  const { journal, preparation, stage, clock, closing, withdrawn } = options;
  const off = AbortSignal.any([closing, withdrawn]);
  const window = whenDue(airing, options.clock, options.stationClock, off);
  let ready: ReadyAiring;
  try {
    ready = await preparation.prepare(airing, window.latest, off);
  } catch (error) {
    if (off.aborted) return;
    await recordOutcome(journal, airing, 'failed', reasonOf(error, options.log, airing));
    return;
  }
  try {
    if (!(await recordOutcome(journal, airing, 'ready'))) return;
    const claim: Claim = { priority: airing.order.priority, issuedAt: airing.order.issuedAt, key: airing.key };
    const dueAt = await window.due;
    if (dueAt === undefined) return;
    for (;;) {
      const tooLate = abortAt(clock, window.latest);
      const turn = await stage.turn(claim, AbortSignal.any([off, tooLate.signal]));
      tooLate.cancel();
      if (turn === undefined) {
        if (!off.aborted) await recordOutcome(journal, airing, window.lateOutcome());
        return;
      }
      const stop = AbortSignal.any([off, turn.preempted]);
      let end: AiringEnd;
      try {
        end = await air(ready, {
          ...options.air,
          clock,
          log: options.log,
          mark: () => recordOutcome(journal, airing, 'airing'),
          signal: stop,
          successorWaits: turn.successorWaits,
        });
      } finally {
        turn.release();
      }
      if (end.result === 'off') return;
      const outcome = outcomeOf(end, options);
      if (outcome === 'preempted' && airsAgain(airing)) continue;
      await recordOutcome(journal, airing, outcome, detailsOf(end, dueAt));
      return;
    }
  } finally {
    ready.release();
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

function abortAt(clock: Clock, at: number): { readonly signal: AbortSignal; readonly cancel: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, cancel: clock.after(at - clock.monotonic(), () => controller.abort()) };
}
