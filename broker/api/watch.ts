import type { ServerResponse } from 'node:http';
import type { Outcome, Report } from '../../protocol/report.ts';
import type { StationProgress } from '../orders/progress.ts';
import { readProgress } from '../orders/read-progress.ts';
import { type BookedOrder, latestRevision } from '../orders/store.ts';
import type { ApiOptions } from './options.ts';

/** One line per report as it comes in. */
export interface WatchLine {
  readonly station: string;
  readonly outcome: Outcome;
  readonly report: Report;
}

const LOOK_AGAIN_MS = 1_000;

/**
 * Streams an order's reports as lines of JSON: first those that are there, then each new one, and when nothing more is
 * expected of any station (or the order is past) `{"done":true,"order":…,"stations":[…]}`.
 */
export async function watchOrder(
  { database, roster, feed, stopping }: Pick<ApiOptions, 'database' | 'roster' | 'feed' | 'stopping'>,
  booked: BookedOrder,
  response: ServerResponse,
): Promise<void> {
  const { id } = booked.order;
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' });
  response.flushHeaders();
  const seen = new Set<string>();
  const change = feed.changesOf(id);
  try {
    while (!response.destroyed && !stopping.aborted) {
      // Asked for before the ledger is read: what is stored while we read wakes us again.
      const changed = change.next(LOOK_AGAIN_MS);
      const latest = (await latestRevision(database, id)) ?? booked;
      const progress = await readProgress({ database, roster }, latest);
      for (const report of progress.flatMap((station) => station.reports)) {
        const key = `${report.station} ${report.epoch} ${report.seq}`;
        if (seen.has(key)) continue;
        seen.add(key);
        writeLine(response, { station: report.station, outcome: report.outcome, report } satisfies WatchLine);
      }
      if (isOver(latest, progress)) {
        writeLine(response, { done: true, order: latest.order, stations: progress.map(withoutReports) });
        break;
      }
      await changed;
    }
  } finally {
    change.end();
    response.end();
  }
}

/** Also over when the order is past and what could still be late is as late as it may be. */
function isOver({ order }: BookedOrder, progress: readonly StationProgress[]): boolean {
  if (progress.every((station) => station.final)) return true;
  return Date.now() > new Date(order.expiresAt).getTime() + order.lateBy * 1_000;
}

const withoutReports = ({ reports: _, contradicting, ...progress }: StationProgress) => ({
  ...progress,
  contradicting: contradicting.length,
});

function writeLine(response: ServerResponse, line: object): void {
  response.write(`${JSON.stringify(line)}\n`);
}
