import type { BookedAiring } from './booking.ts';
import type { Journal } from './journal.ts';
import { isOpen } from './records.ts';

/**
 * Of what a start takes up: what was due before it, or cannot be said not to have been, waits for the centre's first
 * word [P-71]. Emergencies do not wait.
 */
export function byLateness(
  airings: readonly BookedAiring[],
  clock: { readonly trusted: boolean; now(): number },
): Record<'late' | 'others', readonly BookedAiring[]> {
  const isLate = ({ order, occurrence }: BookedAiring) =>
    order.priority !== 'emergency' && (!clock.trusted || occurrence === 'now' || Date.parse(occurrence) <= clock.now());
  return { late: airings.filter(isLate), others: airings.filter((airing) => !isLate(airing)) };
}

/** What nobody has ended meanwhile. */
export function stillOpen(journal: Journal, airings: readonly BookedAiring[]): readonly BookedAiring[] {
  return airings.filter(({ key }) => {
    const record = journal.airings.get(key);
    return record !== undefined && isOpen(record);
  });
}
