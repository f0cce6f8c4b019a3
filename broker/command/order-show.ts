import * as v from 'valibot';
import { orderSchema } from '../../protocol/order.ts';
import { outcomes, reportSchema } from '../../protocol/report.ts';
import { endings } from '../orders/progress.ts';
import type { CentreClient } from './client.ts';
import { type Console, table } from './console.ts';
import { cells } from './order-watch.ts';

const shownSchema = v.object({
  order: orderSchema,
  stations: v.array(
    v.object({
      station: v.string(),
      outcome: v.nullable(v.picklist(outcomes)),
      ending: v.picklist(endings),
      reports: v.array(reportSchema),
      contradicting: v.array(reportSchema),
    }),
  ),
});

/** What every station has said of an order, what none will say any more [P-97], and what contradicts an end [P-73]. */
export async function show(centre: CentreClient, id: string, json: boolean, console: Console): Promise<void> {
  const { words } = console;
  const shown = await centre.get(`/api/orders/${encodeURIComponent(id)}`, shownSchema);
  if (json) return console.out(JSON.stringify(shown));
  const rows = shown.stations.flatMap(({ station, reports, ending }) => [
    ...reports.map((report) => cells(report, console)),
    ...(ending === 'reported' ? [] : [['', station, words.endings[ending]]]),
  ]);
  console.out(`«${shown.order.title}»`);
  console.out(rows.length === 0 ? words.watchNobody : table(words.headWatch, rows));
  const contradicting = shown.stations.flatMap((each) => each.contradicting);
  if (contradicting.length === 0) return;
  console.out(`\n${words.contradicting}`);
  console.out(
    table(
      words.headWatch,
      contradicting.map((report) => cells(report, console)),
    ),
  );
}
