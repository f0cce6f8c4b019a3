import type { Clock } from '../../agent/clock/clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #monotonic = 0;
  #wall: number;
  #timers: Timer[] = [];

  readonly #settle: () => Promise<void>;

  /** `settle`: waits until everything has run that a timer resumed; a turn of the event loop where nothing else is. */
  constructor(wall = Date.parse('2026-11-20T08:00:00.000Z'), settle: () => Promise<void> = turn) {
    this.#wall = wall;
    this.#settle = settle;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  /** Sets the wall clock as an operator or NTP would; no interval changes. */
  stepWall(to: number): void {
    this.#wall = to;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#monotonic + Math.max(0, ms), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  get waiting(): number {
    return this.#timers.length;
  }

  /** Lets time pass, firing timers at their instants and giving what they resume a chance to run in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (;;) {
      await this.#settle();
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.pass(Math.max(0, next.at - this.#monotonic));
      next.callback();
    }
    this.pass(end - this.#monotonic);
    await this.#settle();
  }

  /** Time passes and no timer fires, as when the processor is busy. */
  pass(ms: number): void {
    this.#monotonic += ms;
    this.#wall += ms;
  }
}

/** One turn of the event loop, so that promises and their callbacks run. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
