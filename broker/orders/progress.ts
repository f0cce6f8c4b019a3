import type { Order } from '../../protocol/order.ts';
import { isLast, type Outcome, type Report } from '../../protocol/report.ts';

/**
 * How far it is settled what became of an order on a station [P-97]. `open`: it is in force. `reported`: the station has
 * said it. `awaited`: the order is over, and the station may still say it. `unknown`: it has told all that it knows since,
 * and nothing of this order. `forgotten`: it took the order and has lost the journal that knew.
 */
export const endings = ['open', 'reported', 'awaited', 'unknown', 'forgotten'] as const;
export type Ending = (typeof endings)[number];

/** How one order fares on one station. */
export interface StationProgress {
  readonly station: string;
  /** Of its latest report; null before the first. */
  readonly outcome: Outcome | null;
  readonly ending: Ending;
  /** Nothing more is expected of this station. */
  readonly final: boolean;
  /** What stands. */
  readonly reports: readonly Report[];
  /** What was said of an airing after its end [P-73]: by a journal that had lost it, or by a copy put back. */
  readonly contradicting: readonly Report[];
}

/** What the centre knows besides the reports. Instants are milliseconds since 1970. */
export interface Circumstances {
  /** When the order was cancelled or expired; undefined while it is in force. */
  readonly overAt?: number | undefined;
  readonly of?: (station: string) => { readonly journal?: string | undefined; readonly toldAllAt?: number | undefined };
}

/** The index is compared every three minutes, and reports follow: what a station has not said by then it does not know. */
const TOLD_AFTER_MS = 10 * 60_000;

/** Per addressed or reporting station, in the order of the names. `reports` are about this order, in order. */
export function progressOf(
  order: Order,
  stations: readonly string[],
  reports: readonly Report[],
  circumstances: Circumstances = {},
): StationProgress[] {
  const names = [...new Set([...stations, ...reports.map((report) => report.station)])].sort();
  return names.map((station) => {
    const { standing, contradicting } = sift(reports.filter((report) => report.station === station));
    const outcome = standing.at(-1)?.outcome ?? null;
    const ending = endingOf(order, station, standing, circumstances);
    const final = ending !== 'open' && ending !== 'awaited';
    return { station, outcome, ending, final, reports: standing, contradicting };
  });
}

/** A station whose journal is the one that spoke of the order last keeps it, and owes its end. */
function endingOf(order: Order, station: string, reports: readonly Report[], { overAt, of }: Circumstances): Ending {
  const current = reports.filter((report) => report.order === undefined || report.order.rev >= order.rev);
  const latest = latestOf(current);
  if (isSettled(order, current, latest, endedBefore(order, reports))) return 'reported';
  if (overAt === undefined) return 'open';
  const { journal, toldAllAt = Number.NEGATIVE_INFINITY } = of?.(station) ?? {};
  if (toldAllAt < overAt + TOLD_AFTER_MS) return 'awaited';
  const last = current.at(-1);
  if (last === undefined) return 'unknown';
  if (journal !== undefined && journal !== last.epoch) return 'forgotten';
  // Nobody says that a daily order is over: each of its airings has ended.
  return order.when.type === 'daily' && latest.every(isLast) ? 'reported' : 'awaited';
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
function isSettled(
  { when }: Order,
  reports: readonly Report[],
  latest: readonly Report[],
  endedBefore: ReadonlySet<string | undefined>,
): boolean {
  if (reports.some((report) => report.occurrence === undefined && isLast(report))) return true;
  if (when.type === 'daily') return false;
  const expected = when.type === 'now' ? 1 : when.instants.filter((instant) => !endedBefore.has(instant)).length;
  return latest.filter(isLast).length >= expected;
}

/** Instants that an earlier revision has brought to an end, at or after them: a station does not begin them again [P-61]. */
function endedBefore({ rev }: Order, reports: readonly Report[]): ReadonlySet<string | undefined> {
  const ended = reports.filter(
    (report) =>
      (report.order?.rev ?? rev) < rev &&
      isLast(report) &&
      report.outcome !== 'cancelled' &&
      report.at >= (report.occurrence ?? ''),
  );
  return new Set(ended.map(({ occurrence }) => occurrence));
}

/** The latest report of each occurrence. */
function latestOf(reports: readonly Report[]): readonly Report[] {
  const latest = new Map<string, Report>();
  for (const report of reports) if (report.occurrence !== undefined) latest.set(report.occurrence, report);
  return [...latest.values()];
}
