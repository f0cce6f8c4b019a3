import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import * as v from 'valibot';
import { outcomes, type Report, reportSchema } from '../../protocol/report.ts';
import { endings } from '../orders/progress.ts';
import type { CentreClient } from './client.ts';
import { CommandFailure, type Console, localTime, pad } from './console.ts';
import type { Words } from './words-en.ts';

const changeSchema = v.object({ station: v.string(), outcome: v.picklist(outcomes), report: reportSchema });
const doneSchema = v.object({
  done: v.literal(true),
  stations: v.array(
    v.object({
      station: v.string(),
      outcome: v.nullable(v.picklist(outcomes)),
      ending: v.picklist(endings),
      contradicting: v.number(),
    }),
  ),
});
type Done = v.InferOutput<typeof doneSchema>['stations'];
const lineSchema = v.pipe(v.string(), v.parseJson(), v.union([changeSchema, doneSchema]));

/**
 * Shows each report as it comes, until nothing more is expected. Fails with status 1 when any station's end is
 * something else than aired, or is missing, or when there is no station at all.
 */
export async function watch(centre: CentreClient, id: string, json: boolean, console: Console): Promise<void> {
  const { words } = console;
  const response = await centre.request('GET', `/api/orders/${encodeURIComponent(id)}/watch`);
  if (!json) console.out(line(words.headWatch));
  for await (const text of createInterface({ input: Readable.from(response.body ?? []) })) {
    if (json) console.out(text);
    const parsed = v.parse(lineSchema, text);
    if (!('done' in parsed)) {
      if (!json) console.out(line(cells(parsed.report, console)));
      continue;
    }
    if (!json) {
      for (const { station, ending } of parsed.stations) {
        if (ending !== 'reported') console.out(line(['', station, words.endings[ending]]));
      }
      console.out(conclusion(parsed.stations, console));
      if (parsed.stations.some(({ contradicting }) => contradicting > 0)) console.out(words.watchContradicted(id));
    }
    if (parsed.stations.length > 0 && parsed.stations.every((station) => station.outcome === 'aired')) return;
    throw new CommandFailure(1, '');
  }
  throw new CommandFailure(2, words.notReachable(centre.http));
}

function conclusion(stations: Done, { words }: Console): string {
  if (stations.length === 0) return words.watchNobody;
  if (stations.every(({ ending }) => ending === 'reported')) return words.watchDone;
  return stations.some(({ ending }) => ending === 'open' || ending === 'awaited')
    ? words.watchOpen
    : words.watchUnknown;
}

/** One report as a row. */
export function cells(report: Report, { words, language }: Console): string[] {
  const grade = report.evidence?.grade;
  return [
    localTime(report.at, language),
    report.station,
    words.outcomes[report.outcome],
    grade === undefined ? '' : words.grades[grade],
    report.refusal === undefined ? '' : reasonOf(report.refusal, words),
  ];
}

/** The code in words; of a policy also whose rule it is and what that says. */
function reasonOf({ code, fields = [] }: NonNullable<Report['refusal']>, { refusals, policy }: Words): string {
  const [because] = fields;
  const [by] = because?.path.split('.') ?? [];
  const whose = by === 'centre' || by === 'station' ? ` (${policy.by[by]}: ${because?.problem})` : '';
  return `${refusals[code]}${whose}`;
}

/** Lines come one at a time, so the columns have fixed widths. */
function line(parts: readonly string[]): string {
  const widths = [20, 24, 18, 18];
  return parts
    .map((part, column) => pad(part, widths[column] ?? 0))
    .join('  ')
    .trimEnd();
}
