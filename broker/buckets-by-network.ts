import { isIPv6 } from 'node:net';
import { TokenBucket, type TokenBucketOptions } from './token-bucket.ts';

/** Networks that are remembered; whoever came longest ago is forgotten. */
const REMEMBERED = 10_000;

/** A bucket for each address, and for each IPv6 network one: whoever is in it has all of its addresses. */
export class BucketsByNetwork {
  readonly #options: TokenBucketOptions;
  readonly #prefix: number;
  readonly #buckets = new Map<string, TokenBucket>();

  /** `prefix`: how many bits of an IPv6 address name its network, a multiple of 16. */
  constructor(options: TokenBucketOptions, prefix = 64) {
    this.#options = options;
    this.#prefix = prefix;
  }

  /** Takes a token of this address; false, and nothing taken, where there is none. */
  take(address: string): boolean {
    const network = networkOf(address, this.#prefix);
    const bucket = this.#buckets.get(network) ?? new TokenBucket(this.#options);
    this.#buckets.delete(network);
    this.#buckets.set(network, bucket);
    const [longestAgo] = this.#buckets.keys();
    if (this.#buckets.size > REMEMBERED && longestAgo !== undefined) this.#buckets.delete(longestAgo);
    return bucket.take();
  }

  /** Whether `take` would succeed now. */
  isOpen(address: string): boolean {
    return this.#buckets.get(networkOf(address, this.#prefix))?.open ?? true;
  }
}

/** The first bits of an IPv6 address; an IPv4 address may come dressed as one. */
function networkOf(address: string, prefix: number): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [before = '', after = ''] = plain.replace(/%.*$/, '').split('::');
  const groups = (part: string): string[] => part.split(':').filter(Boolean);
  const zeros = Array<string>(8 - groups(before).length - groups(after).length).fill('0');
  const all = plain.includes('::') ? [...groups(before), ...zeros, ...groups(after)] : groups(plain);
  return all
    .slice(0, prefix / 16)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
