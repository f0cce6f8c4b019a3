import type { Order } from '../../protocol/order.ts';
import { isLast, type Outcome, type Report } from '../../protocol/report.ts';

/** How one order fares on one station. */
export interface StationProgress {
  readonly station: string;
  /** Of its latest report; null before the first. */
  readonly outcome: Outcome | null;
  /** Nothing more is expected of this station. */
  readonly final: boolean;
  /** What stands. */
  readonly reports: readonly Report[];
  /** What was said of an airing after its end [P-73]: by a journal that had lost it, or by a copy put back. */
  readonly contradicting: readonly Report[];
}

/** Per addressed or reporting station, in the order of the names. `reports` are about this order, in order. */
export function progressOf(order: Order, stations: readonly string[], reports: readonly Report[]): StationProgress[] {
  const names = [...new Set([...stations, ...reports.map((report) => report.station)])].sort();
  return names.map((station) => {
    const { standing, contradicting } = sift(reports.filter((report) => report.station === station));
    const outcome = standing.at(-1)?.outcome ?? null;
    return { station, outcome, final: isSettled(order, standing), reports: standing, contradicting };
  });
}

/** [P-73] The first end of an airing stands, whatever is said of it later. */
function sift(reports: readonly Report[]): Record<'standing' | 'contradicting', Report[]> {
  const ended = new Set<string>();
  const standing: Report[] = [];
  const contradicting: Report[] = [];
  for (const report of reports) {
    const airing = `${report.order?.rev} ${report.occurrence}`;
    (ended.has(airing) ? contradicting : standing).push(report);
    if (isLast(report)) ended.add(airing);
  }
  return { standing, contradicting };
}

/** How many stations stand at which outcome. */
export function sumOf(progress: readonly StationProgress[]): Partial<Record<Outcome, number>> {
  const sums: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of progress) {
    if (outcome !== null) sums[outcome] = (sums[outcome] ?? 0) + 1;
  }
  return sums;
}

/**
 * An order is settled on a station when it was ended as a whole (rejected, expired, cancelled without an occurrence)
 * or when each of its occurrences ended.
 */
function isSettled(order: Order, reports: readonly Report[]): boolean {
  const latest = new Map<string, Report>();
  for (const report of reports) {
    if (report.order !== undefined && report.order.rev < order.rev) continue;
    if (report.occurrence === undefined && isLast(report)) return true;
    if (report.occurrence !== undefined) latest.set(report.occurrence, report);
  }
  if (order.when.type === 'daily') return false;
  const expected = order.when.type === 'now' ? 1 : new Set(order.when.instants).size;
  return [...latest.values()].filter(isLast).length >= expected;
}
