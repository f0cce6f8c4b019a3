import type { OrderReference } from '../../protocol/fields.ts';
import type { Booking } from '../book/booking.ts';
import type { Journal } from '../book/journal.ts';
import { isInQuestion, ordersInQuestion, refuseRevoked, vouch } from '../book/revoked.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Stage } from '../due/stage.ts';
import type { Log } from '../log.ts';
import type { Trust } from '../verify/trust.ts';
import type { VerifiedOrder } from '../verify/verify-order.ts';

export interface RevocationOptions {
  readonly journal: Journal;
  readonly trust: Trust;
  readonly stage: Stage;
  readonly stationClock: StationClock;
  readonly log: Log;
  readonly onBooking: (booking: Booking) => void;
}

/**
 * What becomes of booked orders whose signing key was revoked [P-102]. They are in question, silent at once and not to
 * begin, until the centre vouches for them by a key that counts, or its index does not list them.
 */
export class Revocation {
  readonly #options: RevocationOptions;

  constructor(options: RevocationOptions) {
    this.#options = options;
  }

  /** Other keys count now: what is on air by a revoked one falls silent. */
  look(): void {
    this.#options.stage.look();
  }

  /** What the centre is to vouch for. */
  get inQuestion(): readonly OrderReference[] {
    const { journal, trust } = this.#options;
    return ordersInQuestion(journal, (kid) => trust.isRevoked(kid));
  }

  isInQuestion({ id, rev }: OrderReference): boolean {
    const { journal, trust } = this.#options;
    return journal.orders.get(id)?.order.rev === rev && isInQuestion(journal, (kid) => trust.isRevoked(kid), id);
  }

  /** An order in question has come anew, signed by a key that counts. */
  async vouch(verified: VerifiedOrder): Promise<void> {
    const { journal, stage, log } = this.#options;
    const { id } = verified.order;
    if (await vouch(journal, verified)) {
      log('info', 'order-vouched-for', { order: id });
      stage.look();
    } else {
      await this.refuse(id);
    }
  }

  /** The centre's index does not list it, or lists another under its name. */
  async refuse(id: string): Promise<void> {
    const { journal, stationClock, log, onBooking } = this.#options;
    log('warn', 'order-of-revoked-key-refused', { order: id });
    onBooking(await refuseRevoked(journal, id, stationClock.instant()));
  }
}
