/** The dead-man: who holds relays must keep saying so. Runs on the monotonic clock, whoever else is stuck. */
export class Lease {
  readonly #lapsed: () => void;
  #timer: NodeJS.Timeout | undefined;
  #until = 0;

  constructor(lapsed: () => void) {
    this.#lapsed = lapsed;
  }

  /** Undefined when nobody holds a lease. */
  get remainingMs(): number | undefined {
    return this.#timer === undefined ? undefined : Math.max(0, this.#until - performance.now());
  }

  /** Takes or renews. */
  hold(ttlMs: number): void {
    this.end();
    this.#until = performance.now() + ttlMs;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#lapsed();
    }, ttlMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
