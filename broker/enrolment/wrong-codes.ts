import { BucketsByNetwork } from '../buckets-by-network.ts';
import { TokenBucket } from '../token-bucket.ts';

/** For one address: a technician's typing errors, and no guessing. */
const OF_ONE = { perSecond: 1 / 60, burst: 10 };
/** For all together. Of 2^40 secrets: at this rate one of a thousand open codes is found in thirty years. */
const OF_ALL = { perSecond: 1, burst: 200 };

/**
 * How many wrong codes are borne [P-120]: few of one address, so that whoever floods from there keeps nobody else out,
 * and in all no more than makes guessing hopeless, from however many addresses.
 */
export class WrongCodes {
  readonly #all: TokenBucket;
  readonly #each: BucketsByNetwork;

  /** `monotonic`: milliseconds that never jump. */
  constructor(monotonic: () => number = () => performance.now()) {
    this.#all = new TokenBucket({ ...OF_ALL, monotonic });
    this.#each = new BucketsByNetwork({ ...OF_ONE, monotonic });
  }

  /** Whether a code from there is to be looked at. */
  mayTry(address: string): boolean {
    return this.#all.open && this.#each.isOpen(address);
  }

  /** A code from there was wrong. */
  note(address: string): void {
    this.#each.take(address);
    this.#all.take();
  }
}
