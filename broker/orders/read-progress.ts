import type { Database } from '../database/database.ts';
import { reportsOfOrder } from '../ledger/store.ts';
import type { Roster } from '../roster/roster.ts';
import { progressOf, type StationProgress } from './progress.ts';
import { type BookedOrder, stationsOf } from './store.ts';

/** How an order of the book fares now, on every station that it addresses. */
export async function readProgress(
  { database, roster }: { readonly database: Database; readonly roster: Roster },
  { order, cancelledAt }: BookedOrder,
): Promise<StationProgress[]> {
  const over = Math.min(Date.parse(order.expiresAt), cancelledAt === undefined ? Infinity : Date.parse(cancelledAt));
  return progressOf(order, await stationsOf(database, order.id), await reportsOfOrder(database, order.id), {
    overAt: over <= Date.now() ? over : undefined,
    of: (station) => {
      const { journal, toldAllAt } = roster.get(station) ?? {};
      return { journal, toldAllAt: toldAllAt === undefined ? undefined : Date.parse(toldAllAt) };
    },
  });
}
