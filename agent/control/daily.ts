import type { Order } from '../../protocol/order.ts';
import type { Journal } from '../book/journal.ts';
import type { StationClock } from '../clock/station-clock.ts';
import { scheduleOf } from '../due/occurrences.ts';
import type { DailyLine } from './status.ts';

type Daily = Extract<Order['when'], { type: 'daily' }>;

const DAY_MS = 24 * 60 * 60_000;
/** A week's pattern, and what a time zone may move it by. */
const LOOK_MS = 10 * DAY_MS;

/** The daily orders in force, the first issued first. Without trusted time nobody knows which of them have ended. */
export function dailyInForce(journal: Journal, stationClock: StationClock): readonly Order[] {
  const isOver = ({ expiresAt }: Order) => stationClock.trusted && Date.parse(expiresAt) <= stationClock.now();
  return [...journal.orders.values()]
    .filter(({ order, state }) => state === 'booked' && order.when.type === 'daily')
    .map(({ order }) => order)
    .filter((order) => !journal.isCancelled(order) && !isOver(order))
    .sort((a, b) => (a.issuedAt < b.issuedAt ? -1 : a.issuedAt > b.issuedAt ? 1 : 0));
}

/** A daily order with its next occurrence, where there is one and the time is known. */
export async function dailyLine(journal: Journal, order: Order, stationClock: StationClock): Promise<DailyLine> {
  const { type: _, ...when } = order.when as Daily;
  const next = stationClock.trusted ? await nextOf(order, when.from, stationClock.now()) : undefined;
  return {
    ...{ order: order.id, rev: order.rev, title: order.title, priority: order.priority },
    zones: journal.orders.get(order.id)?.zones ?? [],
    ...when,
    ...(next !== undefined && { next: new Date(next).toISOString() }),
  };
}

async function nextOf({ when, expiresAt }: Order, from: string | undefined, now: number): Promise<number | undefined> {
  const schedule = await scheduleOf(when);
  const start = from === undefined ? now : Math.max(now, Date.parse(from) - DAY_MS);
  return schedule?.between(start, Math.min(start + LOOK_MS, Date.parse(expiresAt)))[0];
}
