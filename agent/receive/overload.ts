import type { Order } from '../../protocol/order.ts';
import type { Refusal } from '../../protocol/refusal.ts';
import { declineOrder } from '../book/book.ts';
import type { Journal } from '../book/journal.ts';
import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log.ts';

const WINDOW_MS = 60_000;
/** Orders a minute that are declined one by one; what is above that is passed over, and refused when it comes again. */
const DECLINED_IN_WINDOW = 20;

export interface OverloadOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether orders were refused for want of room within the last minute; raises and clears the alarm. */
  readonly onChange: (refusing: boolean) => void;
}

/** Orders of our centre for which there is no room [P-82]: whatever comes in, what is written about it is bounded. */
export class Overload {
  readonly #options: OverloadOptions;
  #windowEnds = 0;
  #declined = 0;
  #refusing = false;

  constructor(options: OverloadOptions) {
    this.#options = options;
  }

  /** `at`: now, as far as the station knows. */
  async refuse(order: Order, refusal: Refusal, at: string): Promise<void> {
    const { journal, clock, log } = this.#options;
    if (clock.monotonic() >= this.#windowEnds) {
      this.#declined = 0;
      this.#windowEnds = clock.monotonic() + WINDOW_MS;
    }
    this.#say(true);
    // [P-99] Declined, it would stand in the place of what it revises, and never be looked for again.
    if (journal.orders.get(order.id)?.state === 'booked') return;
    if (this.#declined >= DECLINED_IN_WINDOW) return;
    this.#declined += 1;
    log('warn', 'order-declined', { order: order.id, code: refusal.code });
    await declineOrder(journal, order, refusal, at);
  }

  /** Notices the end of it; to be called now and then. */
  look(): void {
    if (this.#options.clock.monotonic() >= this.#windowEnds) this.#say(false);
  }

  #say(refusing: boolean): void {
    if (refusing === this.#refusing) return;
    this.#refusing = refusing;
    this.#options.onChange(refusing);
  }
}
