import type { OrderReference } from '../../protocol/fields.ts';
import { MAX_INDEX_ENTRIES, MAX_PULLED_ORDERS } from '../../protocol/limits.ts';
import type { Order } from '../../protocol/order.ts';
import { decodeOrderIndex, type OrderIndex } from '../../protocol/order-index.ts';
import { bookCancel } from '../book/book.ts';
import type { Booking } from '../book/booking.ts';
import type { Journal } from '../book/journal.ts';
import { isOpen } from '../book/records.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Log } from '../log.ts';
import type { Trust } from '../verify/trust.ts';
import { asSeen, indexSeen, type Scope } from './index-seen.ts';
import type { Revocation } from './revocation.ts';

export interface ReconciliationOptions {
  readonly centre: string;
  readonly station: string;
  readonly journal: Journal;
  readonly trust: Trust;
  readonly revocation: Revocation;
  readonly stationClock: StationClock;
  readonly log: Log;
  /** Asks the centre for orders; not awaited by the message handler that leads here. */
  readonly pull: (orders: readonly OrderReference[]) => void;
  readonly onBooking: (booking: Booking) => void;
  /** Whether the journal is in order, so that what it lacks is known [P-72]. Cancellations are taken before that too. */
  readonly mayPull: () => boolean;
}

/** Before the keys are here; more have not come for a good reason. */
const MOST_UNREAD = 4;

/**
 * Compares the journal with the centre's signed index [P-32], on every connect (it is retained), on every new one and
 * every few minutes. What is lacking is pulled, what was cancelled is cancelled.
 */
export class Reconciliation {
  readonly #options: ReconciliationOptions;
  /** The index that counts. One that was on its way longer does not take its place, though it came later. */
  readonly #latest = new Map<Scope, Uint8Array>();
  /** Indexes that could not be verified yet: the keys may come behind them. */
  readonly #unread = new Map<Scope, readonly Uint8Array[]>();

  constructor(options: ReconciliationOptions) {
    this.#options = options;
  }

  async take(scope: Scope, payload: Uint8Array): Promise<void> {
    if (await this.#compare(scope, payload)) return;
    this.#unread.set(scope, [...(this.#unread.get(scope) ?? []), payload].slice(-MOST_UNREAD));
  }

  /** Compares again with the index that counts, and asks the centre to vouch for what is in question [P-102]. */
  async repeat(): Promise<void> {
    for (const [scope, payload] of this.#latest) await this.#compare(scope, payload);
    const unread = [...this.#unread];
    this.#unread.clear();
    for (const [scope, payloads] of unread) for (const payload of payloads) await this.take(scope, payload);
    const { revocation, pull, mayPull } = this.#options;
    const inQuestion = mayPull() ? revocation.inQuestion.slice(0, MAX_PULLED_ORDERS) : [];
    if (inQuestion.length > 0) pull(inQuestion);
  }

  /** False where it cannot be verified, which may change with the keys. */
  async #compare(scope: Scope, payload: Uint8Array): Promise<boolean> {
    const { trust, log, journal, stationClock, pull, onBooking } = this.#options;
    if (!trust.established) return false;
    const decoded = await decodeOrderIndex(payload, trust.lookup);
    if (!decoded.ok) {
      log('warn', 'index-refused', { scope, code: decoded.refusal.code });
      return false;
    }
    const index = decoded.value.value;
    if (!(await this.#isCurrent(scope, index, decoded.value.kid))) return true;
    this.#latest.set(scope, payload);
    const at = stationClock.instantSince(index.issuedAt);
    for (const { id, rev, at: issuedAt } of index.cancelled) {
      onBooking(await bookCancel(journal, { id, rev, issuedAt }, at));
    }
    await this.#refuseUnlisted(scope, index);
    if (!this.#options.mayPull()) return true;
    const lacking = index.orders.filter(({ id, rev }) => (journal.orders.get(id)?.order.rev ?? 0) < rev);
    const wanted = [...lacking, ...this.#listedNoMore(scope, index)].slice(0, MAX_PULLED_ORDERS);
    if (wanted.length > 0) pull(wanted.map(({ id, rev }) => ({ id, rev })));
    return true;
  }

  /** [P-102] What the index does not list, nobody but the holder of a revoked key has ordered. */
  async #refuseUnlisted(scope: Scope, { orders }: OrderIndex): Promise<void> {
    // A full one may have had no room for it.
    if (orders.length >= MAX_INDEX_ENTRIES) return;
    const { revocation, journal } = this.#options;
    for (const asked of revocation.inQuestion) {
      const isListed = orders.some(({ id, rev }) => id === asked.id && rev >= asked.rev);
      const order = journal.orders.get(asked.id)?.order;
      if (!isListed && order !== undefined && scopeOf(order) === scope) await revocation.refuse(asked.id);
    }
  }

  /**
   * What is booked here, has not ended, and is not in the index: it was cancelled longer ago than the index remembers,
   * or booked while this index was on its way. The centre answers with its cancellation, or with the order itself.
   */
  #listedNoMore(scope: Scope, index: OrderIndex): readonly OrderReference[] {
    const { journal, stationClock } = this.#options;
    const listed = new Set(index.orders.map(({ id }) => id));
    const open = new Set([...journal.airings.values()].filter(isOpen).map(({ order }) => order.id));
    return [...journal.orders.values()]
      .map(({ order }) => order)
      .filter((order) => open.has(order.id) && !listed.has(order.id))
      .filter((order) => scopeOf(order) === scope)
      .filter((order) => !stationClock.trusted || Date.parse(order.expiresAt) > stationClock.now());
  }

  /** An index for somebody else, an expired one, or one older than we have seen proves nothing. */
  async #isCurrent(scope: Scope, index: OrderIndex, kid: string): Promise<boolean> {
    const { centre, station, journal, trust, stationClock, log } = this.#options;
    if (index.centre !== centre || index.station !== (scope === 'all' ? undefined : station)) return false;
    if (stationClock.trusted && Date.parse(index.expiresAt) <= stationClock.now()) {
      log('warn', 'index-expired', { scope, generation: index.generation });
      return false;
    }
    const seen = indexSeen(scope, journal, trust);
    if (index.generation < seen.generation) {
      log('warn', 'index-rolled-back', { scope, generation: index.generation, seen: seen.generation });
      return false;
    }
    if (index.generation > seen.generation) {
      await journal.commit(() => ({ insist: true, facts: asSeen(scope, index, kid) }));
    }
    return true;
  }
}

const scopeOf = ({ to }: Pick<Order, 'to'>): Scope => (to === 'all' ? 'all' : 'station');
