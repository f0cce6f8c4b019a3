import type { Order } from '../../protocol/order.ts';
import { Refusal } from '../../protocol/refusal.ts';
import type { Journal } from './journal.ts';

/** More than both indexes of a centre list, several instants each, and what a small board can hold. */
const MOST_AIRINGS = 2_000;
/** Orders in mind, ended ones too: they are remembered against replays. */
const MOST_ORDERS = 5_000;
/** Of each, above that. */
const KEPT_FOR_EMERGENCIES = 500;

/** How many more airings an order of this priority may open [P-82]. */
export function roomForAirings({ open }: Journal, { priority }: Pick<Order, 'priority'>): number {
  return Math.max(0, MOST_AIRINGS + (priority === 'emergency' ? KEPT_FOR_EMERGENCIES : 0) - open);
}

/** Whether another order of this priority can be kept in mind, booked or declined [P-82]. */
export function hasRoomForOrder(journal: Journal, { id, priority }: Pick<Order, 'id' | 'priority'>): boolean {
  return (
    journal.orders.has(id) || journal.orders.size < MOST_ORDERS + (priority === 'emergency' ? KEPT_FOR_EMERGENCIES : 0)
  );
}

/** Why an order that opens so many airings cannot be taken now; undefined when it can. */
export function lackOfRoom(journal: Journal, order: Order, airings: number): Refusal | undefined {
  if (roomForAirings(journal, order) >= airings && hasRoomForOrder(journal, order)) return undefined;
  return new Refusal('too-many-orders', `${journal.open} airings and ${journal.orders.size} orders are here`);
}
