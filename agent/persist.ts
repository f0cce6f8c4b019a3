import { type Clock, sleep } from './clock/clock.ts';
import type { Log } from './log.ts';

const REST_MS = 5_000;

export interface PersistOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** What is written, for the log. */
  readonly airing: string;
  readonly closing: AbortSignal;
}

/**
 * Writes to the journal, however long it cannot be written: an outcome that was dropped would never be reported. Gives
 * what the write gives; rejects only when the agent closes meanwhile, and then the next start finds the airing open.
 */
export async function persist<T>(write: () => Promise<T>, options: PersistOptions): Promise<T> {
  const { clock, log, airing, closing } = options;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (closing.aborted) throw error;
      log('error', 'outcome-not-written', { airing, error });
      await sleep(clock, REST_MS, closing);
    }
  }
}
