import { BucketsByNetwork } from './buckets-by-network.ts';
import { TokenBucket, type TokenBucketOptions } from './token-bucket.ts';

/** An address that comes more often than this comes often. */
const RARELY = { perSecond: 2, burst: 20 };
/** Bits of an IPv6 address: a site is often given 65,536 networks, and would be so many who come rarely. */
const SITE = 48;

/**
 * Connections let in, over time [P-121]. Half of the tokens are kept for addresses that come rarely: whoever knocks
 * without end, and a thousand stations behind one address too, may use the others, and all of the rate while nobody
 * else wants it.
 */
export class Admission {
  readonly #all: TokenBucket;
  readonly #kept: number;
  readonly #rarely: BucketsByNetwork;

  constructor(options: TokenBucketOptions) {
    this.#all = new TokenBucket(options);
    this.#kept = options.burst / 2;
    this.#rarely = new BucketsByNetwork(
      { ...RARELY, ...(options.monotonic && { monotonic: options.monotonic }) },
      SITE,
    );
  }

  /** Whether a connection from there is let in now. */
  take(address: string): boolean {
    return this.#all.take(this.#rarely.take(address) ? 0 : this.#kept);
  }
}
