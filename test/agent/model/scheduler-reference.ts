import type { Order } from '../../../protocol/order.ts';
import { dailyInstants } from './local-times.ts';

const HORIZON_MS = 24 * 3_600_000;

interface Airing {
  readonly order: Order;
  /** Minus infinity for `now`. */
  readonly instant: number;
  open: boolean;
}

/** What a station owes, as plain lists: which occurrences there are, and what becomes of each. */
export class SchedulerReference {
  /** Last outcomes by order, revision and occurrence. */
  readonly outcomes = new Map<string, string[]>();
  readonly #orders = new Map<string, Order>();
  readonly #cancelled = new Map<string, number>();
  /** Daily orders that were cancelled, and when: what they owed until then has its outcome once the time is known. */
  readonly #over = new Map<Order, number>();
  readonly #airings = new Map<string, Airing>();

  /** Instants to come of what is booked. */
  get instants(): readonly number[] {
    return [...this.#airings.values()].filter(({ open }) => open).map(({ instant }) => instant);
  }

  order(order: Order): void {
    if ((this.#orders.get(order.id)?.rev ?? 0) >= order.rev) return;
    const off = this.#isCancelled(order);
    const before = this.#orders.get(order.id);
    const over = before && (this.#isCancelled(before) ? this.#over.get(before) : Date.parse(order.issuedAt));
    if (before !== undefined && over !== undefined) this.#conclude(before, over);
    if (!off) this.#end(order.id, order.rev, 'cancelled');
    this.#orders.set(order.id, order);
    if (off && order.when.type === 'daily') this.#say(order, 'order', 'cancelled');
    if (order.when.type === 'daily') return;
    for (const instant of order.when.type === 'now'
      ? [Number.NEGATIVE_INFINITY]
      : order.when.instants.map(Date.parse)) {
      if (!this.#endedBefore(order, instant)) this.#book(order, instant);
    }
    if (off) this.#end(order.id, order.rev, 'cancelled');
  }

  cancel(id: string, rev: number, issuedAt: number): void {
    if ((this.#cancelled.get(id) ?? 0) >= rev) return;
    const order = this.#orders.get(id);
    const covered = order !== undefined && order.rev <= rev && !this.#isCancelled(order);
    this.#cancelled.set(id, rev);
    this.#end(id, rev, 'cancelled');
    if (covered) this.#over.set(order, issuedAt);
    if (covered && order.when.type === 'daily') this.#say(order, 'order', 'cancelled');
  }

  /** Daily orders come into view a day ahead of the trusted time. */
  plan(now: number): void {
    for (const order of this.#orders.values()) {
      if (order.when.type !== 'daily') continue;
      if (this.#isCancelled(order)) {
        const over = this.#over.get(order);
        if (over !== undefined) this.#conclude(order, over);
        continue;
      }
      const until = Math.min(now + HORIZON_MS, Date.parse(order.expiresAt));
      for (const instant of dailyInstants(order.when, Date.parse(order.issuedAt) - 1, until)) {
        if (!this.#endedBefore(order, instant)) this.#book(order, instant);
      }
    }
  }

  /** What a daily order owed until then and nobody has looked at. */
  #conclude(order: Order, at: number): void {
    if (order.when.type !== 'daily') return;
    const until = Math.min(at, Date.parse(order.expiresAt));
    for (const instant of dailyInstants(order.when, Date.parse(order.issuedAt) - 1, until)) {
      const key = nameOf(order, occurrence(instant));
      if (this.#airings.has(key)) continue;
      this.#book(order, instant);
      const airing = this.#airings.get(key);
      const isLate = instant + order.lateBy * 1_000 + 999 < until;
      if (airing !== undefined) this.#close(airing, isLate ? 'missed' : 'cancelled');
    }
  }

  /** Trusted time goes on from one instant to another, and the station is there all the while. */
  pass(from: number, to: number): void {
    for (const airing of this.#airings.values()) {
      if (!airing.open) continue;
      const { order, instant } = airing;
      const expiry = Date.parse(order.expiresAt);
      const lateFrom =
        (instant === Number.NEGATIVE_INFINITY ? Date.parse(order.issuedAt) : instant) + order.lateBy * 1_000 + 999;
      const latest = Math.min(lateFrom, expiry);
      const seen = Math.max(instant, from);
      if (seen <= to && seen <= latest) this.#close(airing, 'aired');
      else if (to > latest) this.#close(airing, expiry <= lateFrom ? 'expired' : 'missed');
    }
  }

  /** Without the time nothing is done but what is urgent. */
  passUntrusted(): void {
    for (const airing of this.#airings.values()) {
      const urgent = airing.order.priority === 'emergency' && airing.instant === Number.NEGATIVE_INFINITY;
      if (airing.open && urgent) this.#close(airing, 'aired');
    }
  }

  #isCancelled({ id, rev }: Order): boolean {
    return (this.#cancelled.get(id) ?? 0) >= rev;
  }

  /** What an earlier revision has brought to its end is over, but for what was only cancelled. */
  #endedBefore({ id, rev }: Order, instant: number): boolean {
    if (instant === Number.NEGATIVE_INFINITY) return false;
    return [...this.#airings.values()].some(
      ({ order, open, instant: of }) =>
        order.id === id && order.rev < rev && of === instant && !open && !this.#wasCancelled(order, instant),
    );
  }

  #wasCancelled(order: Order, instant: number): boolean {
    return this.outcomes.get(nameOf(order, occurrence(instant)))?.at(-1) === 'cancelled';
  }

  #book(order: Order, instant: number): void {
    const key = nameOf(order, occurrence(instant));
    if (!this.#airings.has(key)) this.#airings.set(key, { order, instant, open: true });
  }

  #end(id: string, upTo: number, outcome: string): void {
    for (const airing of this.#airings.values()) {
      if (airing.open && airing.order.id === id && airing.order.rev <= upTo) this.#close(airing, outcome);
    }
  }

  #close(airing: Airing, outcome: string): void {
    airing.open = false;
    this.#say(airing.order, occurrence(airing.instant), outcome);
  }

  #say(order: Order, what: string, outcome: string): void {
    const name = nameOf(order, what);
    this.outcomes.set(name, [...(this.outcomes.get(name) ?? []), outcome]);
  }
}

const occurrence = (instant: number): string =>
  instant === Number.NEGATIVE_INFINITY ? 'now' : new Date(instant).toISOString();

export const nameOf = ({ id, rev }: Pick<Order, 'id' | 'rev'>, what: string): string => `${id} ${rev} ${what}`;
