import { isLast, type Report } from '../../../protocol/report.ts';
import { isForgotten } from './cards.ts';
import type { History, OrderedRevision, StationHistory } from './history.ts';

/** What the ledger tells of one occurrence of one revision at one station. */
export interface Airing {
  readonly name: string;
  readonly station: StationHistory;
  readonly order: OrderedRevision;
  readonly occurrence: string;
  /** Every report that concerns it, those about the order as a whole included. */
  readonly reports: readonly Report[];
  readonly attempts: readonly Attempt[];
  /** Its last report. */
  readonly outcome: Report | undefined;
}

/** From one `airing` report to the next report of the same occurrence. */
export interface Attempt {
  readonly from: number;
  readonly to: number;
  /** The station knew the time. */
  readonly trusted: boolean;
}

/** Every occurrence of every revision at every station that it addresses. */
export function airingsOf({ stations, orders }: Pick<History, 'stations' | 'orders'>): Airing[] {
  return stations.flatMap((station) => {
    const byRevision = new Map<string, Report[]>();
    for (const report of station.reports) {
      if (report.order === undefined) continue;
      const name = `${report.order.id}/${report.order.rev}`;
      byRevision.set(name, [...(byRevision.get(name) ?? []), report]);
    }
    const addressed = orders.filter((order) => order.stations.includes(station.station));
    return addressed.flatMap((order) => {
      const reports = byRevision.get(`${order.id}/${order.rev}`) ?? [];
      return order.occurrences.map((occurrence) => airingOf(station, order, occurrence, reports));
    });
  });
}

function airingOf(
  station: StationHistory,
  order: OrderedRevision,
  occurrence: string,
  ofOrder: readonly Report[],
): Airing {
  const reports = ofOrder.filter((report) => report.occurrence === undefined || report.occurrence === occurrence);
  const attempts = reports.flatMap((report, at): Attempt[] => {
    if (report.outcome !== 'airing') return [];
    const next = reports[at + 1];
    const to = next === undefined ? Number.POSITIVE_INFINITY : bounds(station, next).latest;
    return [{ from: bounds(station, report).earliest, to, trusted: report.clock === 'trusted' }];
  });
  return {
    name: `${order.id}/${order.rev}/${occurrence}`,
    station,
    order,
    occurrence,
    reports,
    attempts,
    outcome: reports.find(isLast),
  };
}

/** When a report was made; where the time was not known then, between those before and after it that knew it. */
function bounds({ reports, clockSet }: StationHistory, report: Report): { earliest: number; latest: number } {
  const at = Date.parse(report.at);
  if (!clockSet || report.clock === 'trusted') return { earliest: at, latest: at };
  const knows = ({ clock }: Report): boolean => clock === 'trusted';
  const place = reports.indexOf(report);
  const before = reports.slice(0, place).findLast(knows);
  const after = reports.slice(place).find(knows);
  return {
    earliest: before === undefined ? Number.NEGATIVE_INFINITY : Date.parse(before.at),
    latest: after === undefined ? Number.POSITIVE_INFINITY : Date.parse(after.at),
  };
}

/**
 * Whether this airing owes an outcome: the centre booked its revision, and it is either in force or was seen by the
 * station. A revision that was superseded or cancelled before the station ever heard of it owes none; nor does one that
 * it accepted, did not begin, and forgot with its card: nobody brings that back.
 */
export function owesOutcome({ order, station, reports }: Airing): boolean {
  const { booked } = order;
  const isKept = ({ at, outcome }: Report): boolean => outcome === 'airing' || !isForgotten(station, Date.parse(at));
  if (reports.some(isKept)) return true;
  if (booked === undefined) return false;
  return booked.rev === order.rev && !booked.cancelled;
}

/** An old card may hold a warning that ended long ago, and a warning waits for nobody; all else waits for the centre. */
export const mayComeAgain = ({ station, order, occurrence }: Airing): boolean =>
  station.cards.length > 0 && order.priority === 'emergency' && occurrence === 'now';
