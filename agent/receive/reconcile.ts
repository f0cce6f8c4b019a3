import type { OrderReference } from '../../protocol/fields.ts';
import { MAX_PULLED_ORDERS } from '../../protocol/limits.ts';
import { decodeOrderIndex, type OrderIndex } from '../../protocol/order-index.ts';
import { isFinal } from '../../protocol/report.ts';
import { type Booking, bookCancel } from '../book/book.ts';
import type { Journal } from '../book/journal.ts';
import type { StationClock } from '../clock/station-clock.ts';
import type { Log } from '../log.ts';
import type { Trust } from '../verify/trust.ts';

type Scope = 'all' | 'station';

export interface ReconciliationOptions {
  readonly centre: string;
  readonly station: string;
  readonly journal: Journal;
  readonly trust: Trust;
  readonly stationClock: StationClock;
  readonly log: Log;
  /** Asks the centre for orders; not awaited by the message handler that leads here. */
  readonly pull: (orders: readonly OrderReference[]) => void;
  readonly onBooking: (booking: Booking) => void;
  /** Whether the journal is in order, so that what it lacks is known [P-72]. Cancellations are taken before that too. */
  readonly mayPull: () => boolean;
}

/**
 * Compares the journal with the centre's signed index [P-32], on every connect (it is retained), on every new one and
 * every few minutes. What is lacking is pulled, what was cancelled is cancelled.
 */
export class Reconciliation {
  readonly #options: ReconciliationOptions;
  readonly #latest = new Map<Scope, Uint8Array>();

  constructor(options: ReconciliationOptions) {
    this.#options = options;
  }

  async take(scope: Scope, payload: Uint8Array): Promise<void> {
    this.#latest.set(scope, payload);
    await this.#compare(scope, payload);
  }

  /** Compares again with what came last. */
  async repeat(): Promise<void> {
    for (const [scope, payload] of this.#latest) await this.#compare(scope, payload);
  }

  async #compare(scope: Scope, payload: Uint8Array): Promise<void> {
    const { trust, log, journal, stationClock, pull, onBooking } = this.#options;
    if (!trust.established) return;
    const decoded = await decodeOrderIndex(payload, trust.lookup);
    if (!decoded.ok) {
      log('warn', 'index-refused', { scope, code: decoded.refusal.code });
      return;
    }
    const index = decoded.value.value;
    if (!(await this.#isCurrent(scope, index))) return;
    const at = stationClock.instantSince(index.issuedAt);
    for (const cancelled of index.cancelled) onBooking(await bookCancel(journal, cancelled, at));
    if (!this.#options.mayPull()) return;
    const lacking = index.orders.filter(({ id, rev }) => (journal.orders.get(id)?.order.rev ?? 0) < rev);
    const wanted = [...lacking, ...this.#listedNoMore(scope, index)].slice(0, MAX_PULLED_ORDERS);
    if (wanted.length > 0) pull(wanted.map(({ id, rev }) => ({ id, rev })));
  }

  /**
   * What is booked here, has not ended, and is not in the index: it was cancelled longer ago than the index remembers,
   * or booked while this index was on its way. The centre answers with its cancellation, or with the order itself.
   */
  #listedNoMore(scope: Scope, index: OrderIndex): readonly OrderReference[] {
    const { journal, stationClock } = this.#options;
    const listed = new Set(index.orders.map(({ id }) => id));
    const open = new Set(
      [...journal.airings.values()].flatMap(({ order, state }) =>
        state === 'booked' || !isFinal(state) ? [order.id] : [],
      ),
    );
    return [...journal.orders.values()]
      .map(({ order }) => order)
      .filter((order) => open.has(order.id) && !listed.has(order.id))
      .filter((order) => (order.to === 'all' ? 'all' : 'station') === scope)
      .filter((order) => !stationClock.trusted || Date.parse(order.expiresAt) > stationClock.now());
  }

  /** An index for somebody else, an expired one, or one older than we have seen proves nothing. */
  async #isCurrent(scope: Scope, index: OrderIndex): Promise<boolean> {
    const { centre, station, journal, stationClock, log } = this.#options;
    if (index.centre !== centre || index.station !== (scope === 'all' ? undefined : station)) return false;
    if (stationClock.trusted && Date.parse(index.expiresAt) <= stationClock.now()) {
      log('warn', 'index-expired', { scope, generation: index.generation });
      return false;
    }
    const fact = `generation-${scope}`;
    const seen = Number(journal.facts.get(fact) ?? -1);
    if (index.generation < seen) {
      log('warn', 'index-rolled-back', { scope, generation: index.generation, seen });
      return false;
    }
    if (index.generation > seen)
      await journal.commit(() => ({ insist: true, facts: { [fact]: String(index.generation) } }));
    return true;
  }
}
