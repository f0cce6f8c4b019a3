import type { Log } from '../log.ts';
import { TokenBucket } from '../token-bucket.ts';
import { WrongCodes } from './wrong-codes.ts';

/** Lines about those who try too often: a flood must not become a flood of lines. */
const LINES = { perSecond: 1, burst: 1 };

/** Who may try a code [P-120], and what the log is told of those who may not. */
export class Tries {
  readonly #wrongCodes = new WrongCodes();
  readonly #lines = new TokenBucket(LINES);
  readonly #log: Log;
  #turnedAway = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether a request from there is to be looked at. */
  areLeft(address: string): boolean {
    if (this.#wrongCodes.mayTry(address)) return true;
    this.#turnedAway++;
    if (this.#lines.take()) {
      this.#log('warn', 'enrolment-refused', { peer: address, code: 'busy', total: this.#turnedAway });
    }
    return false;
  }

  /** A code from there was wrong, or a request from there unreadable. */
  failed(address: string): void {
    this.#wrongCodes.note(address);
  }
}
