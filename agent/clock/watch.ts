import { type Clock, sleep } from './clock.ts';
import type { StationClock } from './station-clock.ts';

/** A board that has just started waits for its time, and a clock that was set for its being confirmed. */
const SOON_MS = 10_000;
const SELDOM_MS = 60_000;

export interface WatchOptions {
  readonly clock: Clock;
  readonly stationClock: StationClock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Looks at the system's clock now and again until the signal aborts. Never rejects. */
export async function watchSystemClock({ clock, stationClock, signal }: WatchOptions): Promise<void> {
  for (;;) {
    await sleep(clock, stationClock.doubt === undefined ? SELDOM_MS : SOON_MS, signal);
    if (signal.aborted) return;
    await stationClock.look();
  }
}
