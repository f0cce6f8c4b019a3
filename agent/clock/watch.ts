import { type Clock, sleep } from './clock.ts';
import type { StationClock } from './station-clock.ts';

/** A board that has just started waits for its time, and a clock that was set for its being confirmed. */
const SOON_MS = 10_000;
const SELDOM_MS = 60_000;
/** Whether the system's clock was set costs nothing to see. */
const GLANCE_MS = 5_000;
const JUMP_MS = 1_000;

export interface WatchOptions {
  readonly clock: Clock;
  readonly stationClock: StationClock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Looks at the system's clock now and again, and soon when it was set, until the signal aborts. Never rejects. */
export async function watchSystemClock({ clock, stationClock, signal }: WatchOptions): Promise<void> {
  const ahead = () => clock.now() - clock.monotonic();
  let aheadBefore = ahead();
  let lookedAt = clock.monotonic();
  for (;;) {
    await sleep(clock, GLANCE_MS, signal);
    if (signal.aborted) return;
    const jumped = Math.abs(ahead() - aheadBefore) > JUMP_MS;
    aheadBefore = ahead();
    const everyMs = stationClock.doubt === undefined ? SELDOM_MS : SOON_MS;
    if (!jumped && clock.monotonic() - lookedAt < everyMs) continue;
    lookedAt = clock.monotonic();
    await stationClock.look();
  }
}
