import { isIPv6 } from 'node:net';
import { TokenBucket } from '../token-bucket.ts';

/** For one address: a technician's typing errors, and no guessing. */
const OF_ONE = { perSecond: 1 / 60, burst: 10 };
/** For all together. Of 2^40 secrets: at this rate one of a thousand open codes is found in thirty years. */
const OF_ALL = { perSecond: 1, burst: 200 };
/** Addresses that are remembered; whoever was wrong longest ago is forgotten. */
const REMEMBERED = 10_000;

/**
 * How many wrong codes are borne [P-120]: few of one address, so that whoever floods from there keeps nobody else out,
 * and in all no more than makes guessing hopeless, from however many addresses.
 */
export class WrongCodes {
  readonly #monotonic: () => number;
  readonly #all: TokenBucket;
  readonly #byAddress = new Map<string, TokenBucket>();

  /** `monotonic`: milliseconds that never jump. */
  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
    this.#all = new TokenBucket({ ...OF_ALL, monotonic });
  }

  /** Whether a code from there is to be looked at. */
  mayTry(address: string): boolean {
    return this.#all.open && (this.#byAddress.get(networkOf(address))?.open ?? true);
  }

  /** A code from there was wrong. */
  note(address: string): void {
    const network = networkOf(address);
    const bucket = this.#byAddress.get(network) ?? new TokenBucket({ ...OF_ONE, monotonic: this.#monotonic });
    bucket.take();
    this.#all.take();
    this.#byAddress.delete(network);
    this.#byAddress.set(network, bucket);
    const [longestAgo] = this.#byAddress.keys();
    if (this.#byAddress.size > REMEMBERED && longestAgo !== undefined) this.#byAddress.delete(longestAgo);
  }
}

/** Whoever has an IPv6 address has the 2^64 of its network; an IPv4 address may come dressed as one. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [before = '', after = ''] = plain.replace(/%.*$/, '').split('::');
  const groups = (part: string): string[] => part.split(':').filter(Boolean);
  const zeros = Array<string>(8 - groups(before).length - groups(after).length).fill('0');
  const all = plain.includes('::') ? [...groups(before), ...zeros, ...groups(after)] : groups(plain);
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
