import { type Clock, sleep } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import type { Notify } from './notify.ts';

export interface WatchdogOptions {
  readonly notify: Notify;
  readonly everyMs: number;
  /** What of the story stands still, if anything does. */
  readonly look: () => Promise<string | undefined>;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Tells the service manager that the story goes on, and only then [P-115]. Never rejects. */
export async function feedWatchdog({ notify, everyMs, look, clock, log, signal }: WatchdogOptions): Promise<void> {
  while (!signal.aborted) {
    const standstill = await look();
    if (standstill === undefined) {
      await notify('WATCHDOG=1').catch((error: unknown) => log('error', 'watchdog-not-fed', { error }));
    } else {
      log('error', 'standstill', { what: standstill });
    }
    await sleep(clock, everyMs, signal);
  }
}
