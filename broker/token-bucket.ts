export interface TokenBucketOptions {
  /** Tokens that come back in a second, and the most that are ever there. */
  readonly perSecond: number;
  readonly burst: number;
  /** Milliseconds that never jump. */
  readonly monotonic?: () => number;
}

/** Lets so much through in a while, and in bursts no more than so much. */
export class TokenBucket {
  readonly #options: Required<TokenBucketOptions>;
  #tokens: number;
  #at: number;

  constructor({ monotonic = () => performance.now(), ...options }: TokenBucketOptions) {
    this.#options = { ...options, monotonic };
    this.#tokens = options.burst;
    this.#at = monotonic();
  }

  /** Takes a token and leaves at least `kept`; false, and nothing taken, where there are not so many. */
  take(kept = 0): boolean {
    this.#refill();
    if (this.#tokens < 1 + kept) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes so many for what has happened already, on credit where they are not there. */
  spend(tokens: number): void {
    this.#refill();
    this.#tokens -= tokens;
  }

  /** Whether `take` would succeed now. */
  get open(): boolean {
    this.#refill();
    return this.#tokens >= 1;
  }

  #refill(): void {
    const { perSecond, burst, monotonic } = this.#options;
    const now = monotonic();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1_000) * perSecond);
    this.#at = now;
  }
}
