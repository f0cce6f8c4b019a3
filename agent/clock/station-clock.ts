import { existsSync } from 'node:fs';
import type { Clock } from './clock.ts';

/** systemd-timesyncd touches this file when it has synchronised the clock since boot. */
const TIMESYNC_MARK = '/run/systemd/timesync/synchronized';

/**
 * The station's wall clock and whether it may be believed. A board has no battery clock: after a power cut it may
 * think that it is 1970. It is trusted when the operating system has synchronised it, or when the centre has
 * answered our nonce with a signed time [P-33]; that answer also corrects it.
 */
export class StationClock {
  readonly #clock: Clock;
  readonly #synchronised: () => boolean;
  #correctionMs = 0;
  #answered = false;

  constructor(clock: Clock, synchronised: () => boolean = () => existsSync(TIMESYNC_MARK)) {
    this.#clock = clock;
    this.#synchronised = synchronised;
  }

  /** Whole milliseconds since 1970. */
  now(): number {
    return Math.round(this.#clock.now() + this.#correctionMs);
  }

  instant(): string {
    return new Date(this.now()).toISOString();
  }

  get trusted(): boolean {
    return this.#answered || this.#synchronised();
  }

  /**
   * Takes the centre's word for `now`. The answer was made somewhere between question and arrival, so half the round
   * trip is added. An operating system's synchronised clock is better than that and is kept.
   */
  believe(centreNow: number, roundTripMs: number): void {
    if (!this.#synchronised()) this.#correctionMs = centreNow + roundTripMs / 2 - this.#clock.now();
    this.#answered = true;
  }
}
