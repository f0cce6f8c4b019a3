import { MAX_RECALLED_AIRINGS } from '../../protocol/limits.ts';
import type { Recall } from '../../protocol/recall.ts';
import { isFinal, isLast, type Report } from '../../protocol/report.ts';

type Question = { readonly epoch: string; readonly after?: number | undefined };

/** What a centre with these reports of one station would answer [P-71]; `after` counts airings here. */
export function recallOf(
  reports: readonly Report[],
  { epoch, after }: Question,
): Pick<Recall, 'stored' | 'highest' | 'latest' | 'airings' | 'next'> {
  const highest = Math.max(0, ...reports.filter((report) => report.epoch === epoch).map(({ seq }) => seq));
  const telling = reports.filter(({ outcome }) => outcome === 'airing' || isFinal(outcome));
  const latest = telling.at(-1)?.epoch;
  const airings = new Map<string, Recall['airings'][number]>();
  for (const report of telling) {
    if (report.order === undefined || report.epoch === epoch) continue;
    const { id, rev } = report.order;
    const key = `${id} ${rev} ${report.occurrence}`;
    if ((airings.get(key)?.outcome ?? 'airing') !== 'airing') continue;
    const { occurrence } = report;
    const outcome = isLast(report) ? report.outcome : 'airing';
    airings.set(key, { id, rev, ...(occurrence !== undefined && { occurrence }), outcome });
  }
  const page = after === undefined ? [] : [...airings.values()].slice(after, after + MAX_RECALLED_AIRINGS);
  const end = (after ?? 0) + page.length;
  return {
    stored: highest,
    highest,
    ...(latest !== undefined && { latest }),
    airings: page,
    ...(after !== undefined && end < airings.size && { next: end }),
  };
}
