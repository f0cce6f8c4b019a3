import type { Clock } from './clock.ts';

/** One timer for all who look at the time now and then: thousands may wait. */
export class Ticks {
  readonly #clock: Clock;
  readonly #everyMs: number;
  #next: Promise<void> | undefined;

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** Resolves at the next tick, within the interval; never ticks while nobody waits. */
  next(): Promise<void> {
    this.#next ??= new Promise((resolve) => {
      this.#clock.after(this.#everyMs, () => {
        this.#next = undefined;
        resolve();
      });
    });
    return this.#next;
  }
}
