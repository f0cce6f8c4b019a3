import type { Order } from '../../protocol/order.ts';
import { latestStart } from '../due/lateness.ts';
import { insists, reportOf } from './booking.ts';
import type { Journal } from './journal.ts';
import { airingKey } from './records.ts';

/**
 * Gives an outcome to what of a daily order fell due up to `until` (milliseconds since 1970), when it was cancelled or
 * replaced, and was not booked by then, because the station was away: it was missed, or cancelled where it might still
 * have begun. `instants`: all that lie between what was looked at and `through`. Once, however often it is called.
 */
export async function concludeOccurrences(
  journal: Journal,
  order: Order,
  {
    instants,
    through,
    until,
  }: { readonly instants: readonly number[]; readonly through: number; readonly until: number },
): Promise<void> {
  await journal.commit(() => {
    const record = journal.orders.get(order.id);
    if (record === undefined || record.order.rev !== order.rev || (record.through ?? 0) >= through) return undefined;
    const isBooked = (occurrence: string) => journal.airings.has(airingKey({ order, occurrence }));
    const airings = instants
      .map((instant) => new Date(instant).toISOString())
      .filter((occurrence) => !isBooked(occurrence))
      .map((occurrence) => {
        const state = latestStart(order, occurrence) < until ? ('missed' as const) : ('cancelled' as const);
        const at = new Date(until).toISOString();
        return { order: { id: order.id, rev: order.rev }, occurrence, zones: record.zones, state, at };
      });
    return {
      insist: insists({ order }),
      order: { ...record, through },
      airings,
      reports: airings.map((airing) => reportOf(airing, airing.state)),
    };
  });
}
