import type { Log } from '../log.ts';
import { type Clock, sleep } from './clock.ts';

export interface RoutineOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly everyMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Repeats work until the signal aborts; one run at a time, and a failed run does not end it. Never rejects. */
export async function routine(
  { clock, log, everyMs, signal }: RoutineOptions,
  work: () => Promise<void>,
): Promise<void> {
  for (;;) {
    await sleep(clock, everyMs, signal);
    if (signal.aborted) return;
    await work().catch((error: unknown) => log('warn', 'routine-failed', { error }));
  }
}
