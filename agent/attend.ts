import { Refusal, type RefusalCode } from '../protocol/refusal.ts';
import { type BookedAiring, refusalOf } from './book/booking.ts';
import { whenDue } from './due/when-due.ts';
import type { ReadyAiring } from './fetch/prepare.ts';
import type { Log } from './log.ts';
import { type AttendOptions, recorder } from './recorder.ts';
import { takeTurns } from './take-turns.ts';

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

function reasonOf(error: unknown, log: Log, airing: BookedAiring): { refusal: { code: RefusalCode } } {
  if (!(error instanceof Refusal)) log('error', 'preparation-broke', { airing: airing.key, error });
  return { refusal: refusalOf(error instanceof Refusal ? error : new Refusal('internal-error', '', { cause: error })) };
}
