import type { Order } from '../../protocol/order.ts';
import { bookOccurrences } from '../book/book.ts';
import type { BookedAiring } from '../book/booking.ts';
import { concludeOccurrences } from '../book/conclude.ts';
import type { Journal } from '../book/journal.ts';
import type { OrderRecord } from '../book/records.ts';
import type { StationClock } from '../clock/station-clock.ts';
import { isTimeZone, type Schedule, scheduleOf } from './occurrences.ts';

/** How far ahead the occurrences of daily orders are booked, so that their recordings are here in time. */
const HORIZON_MS = 24 * 60 * 60_000;
/** A station that was away for long books in portions, and all of them at once: the last ones may be due now. */
const PORTION_MS = 10 * HORIZON_MS;

export interface PlannerOptions {
  readonly journal: Journal;
  readonly stationClock: StationClock;
  readonly onBooked: (airings: readonly BookedAiring[]) => void;
}

/**
 * Books the occurrences of daily orders as they come into view. It counts from the order's issue, so what fell due
 * while the station was away, or while its clock jumped, is booked too, and reported as missed; nothing is skipped
 * silently, and what was booked once is never booked again [P-61].
 */
export class Planner {
  readonly #options: PlannerOptions;
  readonly #schedules = new Map<string, Schedule>();
  /** Asking takes half a millisecond, and hundreds of orders name the same one. */
  readonly #timeZones = new Map<string, boolean>();
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  /** Looks ahead from now. Without trusted time it does nothing: nobody knows what is due. */
  plan(): Promise<void> {
    // Who asks while another waits has the same from it: a flood of orders asks with each.
    if (this.#next === undefined) {
      this.#next = this.#running
        .catch(() => undefined)
        .then(() => {
          this.#next = undefined;
          return this.#plan();
        });
      this.#running = this.#next;
    }
    return this.#next;
  }

  /**
   * Another revision takes the place of an order, or cannot be carried out: what the one before owed until then has its
   * outcome first. By the instant of its issue, which a board that does not know the time can believe.
   */
  async beforeRevision({ id, rev, issuedAt }: Pick<Order, 'id' | 'rev' | 'issuedAt'>): Promise<void> {
    const record = this.#options.journal.orders.get(id);
    if (record === undefined || record.order.rev >= rev) return;
    if (this.#options.journal.isCancelled(record.order)) await this.#concludeCancelled(record);
    else await this.#conclude(record, Date.parse(issuedAt));
  }

  /** Nothing is said of an order whose end the centre has told [P-72]. */
  async #concludeCancelled(record: OrderRecord): Promise<void> {
    const { issuedAt, told } = this.#options.journal.cancels.get(record.order.id) ?? {};
    if (issuedAt !== undefined && !told) await this.#conclude(record, Date.parse(issuedAt));
  }

  /** `at`: milliseconds since 1970; what is issued ahead of time ends nothing that has not fallen due. */
  async #conclude({ order, state, through }: OrderRecord, at: number): Promise<void> {
    if (state !== 'booked' || order.when.type !== 'daily') return;
    const { journal, stationClock } = this.#options;
    const now = stationClock.trusted ? stationClock.now() : Number.POSITIVE_INFINITY;
    const until = Math.min(at, now, Date.parse(order.expiresAt));
    const schedule = await this.#scheduleOf(order);
    let after = through ?? Date.parse(order.issuedAt) - 1;
    while (after < until) {
      const portion = Math.min(after + PORTION_MS, until);
      await concludeOccurrences(journal, order, {
        instants: schedule.between(after, portion),
        through: portion,
        until,
      });
      after = portion;
    }
  }

  async #plan(): Promise<void> {
    const { journal, stationClock, onBooked } = this.#options;
    if (!stationClock.trusted) return;
    // Warnings first: they are booked even where the others cannot be written down [P-95].
    const isEmergency = ({ order }: OrderRecord) => order.priority === 'emergency';
    const orders = [...journal.orders.values()];
    for (const record of [...orders.filter(isEmergency), ...orders.filter((o) => !isEmergency(o))]) {
      const { order, state, through } = record;
      if (state !== 'booked' || order.when.type !== 'daily') continue;
      if (journal.isCancelled(order)) {
        await this.#concludeCancelled(record);
        continue;
      }
      const schedule = await this.#scheduleOf(order);
      const now = stationClock.now();
      const until = Math.min(now + HORIZON_MS, Date.parse(order.expiresAt));
      let after = through ?? Date.parse(order.issuedAt) - 1;
      while (after < until) {
        const portion = Math.min(after + PORTION_MS, until);
        const instants = schedule.between(after, portion);
        const last = instants.at(-1);
        if (last !== undefined) onBooked(await bookOccurrences(journal, order, instants, last, now));
        // There is room for no more, or the order is off: the next look goes on from there.
        if (last !== undefined && (journal.orders.get(order.id)?.through ?? 0) < last) break;
        after = portion;
      }
    }
  }

  async #scheduleOf(order: Order): Promise<Schedule> {
    const key = `${order.id} ${order.rev}`;
    const known = this.#schedules.get(key) ?? (await scheduleOf(order.when, (timeZone) => this.#knows(timeZone)));
    // An unknown time zone was refused before the order was booked.
    const schedule = known ?? { between: () => [] };
    this.#schedules.set(key, schedule);
    return schedule;
  }

  #knows(timeZone: string): boolean {
    const known = this.#timeZones.get(timeZone) ?? isTimeZone(timeZone);
    this.#timeZones.set(timeZone, known);
    return known;
  }
}
