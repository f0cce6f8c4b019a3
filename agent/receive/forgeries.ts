import type { Refusal, RefusalCode } from '../../protocol/refusal.ts';
import { refusalOf } from '../book/booking.ts';
import type { Journal } from '../book/journal.ts';
import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log.ts';

const WINDOW_MS = 60_000;
/** Reports a minute about messages that anybody may have sent. */
const REPORTED_IN_WINDOW = 20;
/** Without another one for so long nobody is at it any more. */
const QUIET_MS = 24 * 60 * 60_000;

export interface ForgeriesOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears of each; raises the alarm. */
  readonly onForgery: (code: RefusalCode) => void;
  /** A day has passed without another [P-98]; clears it. */
  readonly onQuiet: () => void;
}

/**
 * Messages that no centre of ours has signed. Each is reported once, by its digest, but not more than a few a minute:
 * whoever floods a station must not fill its journal.
 */
export class Forgeries {
  readonly #options: ForgeriesOptions;
  #seen = new Set<string>();
  #windowEnds = 0;
  #latestAt = Number.NEGATIVE_INFINITY;

  constructor(options: ForgeriesOptions) {
    this.#options = options;
  }

  /** `message`: SHA-256 of its bytes. */
  async refuse(message: string, refusal: Refusal): Promise<void> {
    const { journal, clock, log, onForgery } = this.#options;
    this.#latestAt = clock.monotonic();
    if (clock.monotonic() >= this.#windowEnds) {
      this.#seen = new Set();
      this.#windowEnds = clock.monotonic() + WINDOW_MS;
    }
    if (this.#seen.has(message) || this.#seen.size >= REPORTED_IN_WINDOW) return;
    this.#seen.add(message);
    log('warn', 'message-refused', { code: refusal.code, message });
    onForgery(refusal.code);
    await journal.commit(() => ({ reports: [{ outcome: 'rejected', message, refusal: refusalOf(refusal) }] }));
  }

  /** Notices the end of it; to be called now and then. */
  look(): void {
    if (this.#options.clock.monotonic() - this.#latestAt >= QUIET_MS) this.#options.onQuiet();
  }
}
