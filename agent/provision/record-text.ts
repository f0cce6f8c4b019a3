import type { AcceptanceRecord, Point } from './record.ts';
import type { ProvisionWords } from './words.ts';

const WIDTH = 72;

/** Whose record it is, by whom and when: each with its heading. */
export function factsOf(
  { station, by, beganAt, endedAt, software }: AcceptanceRecord,
  { page }: ProvisionWords,
  time: ReturnType<typeof timeIn>,
): readonly [heading: string, text: string][] {
  return [
    ...(station
      ? ([
          [page.station, `${station.name} (${station.id})`],
          [page.centre, station.centre],
        ] as [string, string][])
      : []),
    [page.by, by],
    [page.began, time(beganAt)],
    [page.ended, time(endedAt)],
    [page.software, software],
  ];
}

/** The acceptance record as plain text. `timeZone`: IANA, for its hours. */
export function recordText(record: AcceptanceRecord, words: ProvisionWords, timeZone: string): string {
  const { page } = words;
  const time = timeIn(timeZone, page.locale);
  const heads = factsOf(record, words, time);
  return [
    page.title,
    record.accepted ? page.accepted : page.notAccepted,
    '',
    ...heads.map(([head, text]) => `${head}: ${text}`),
    '',
    ...record.points.flatMap((point) => pointLines(point, words, time)),
    '',
    ...page.signatures.flatMap((who) => [`${who} ${page.signHere}`, '', '.'.repeat(WIDTH), '']),
  ].join('\n');
}

function pointLines(point: Point, words: ProvisionWords, time: (instant: string) => string): readonly string[] {
  const { text, remedy } = words.finding(point.finding);
  const at = point.finding.code === 'zone' ? ` (${time(point.finding.result.at)})` : '';
  const todo = point.result === 'failed' && remedy !== undefined ? [`    ${words.page.toDo}: ${remedy}`] : [];
  const mark = { passed: '[x]', failed: '[ ]', skipped: '[-]' }[point.result];
  const head = point.finding.code === 'not-reached' ? `${words.points[point.point]}: ` : '';
  return [`${mark} ${head}${text}${at}`, ...todo].map((line) => line.replaceAll('\n', '\n    '));
}

/** Instants as people write them there. */
export const timeIn = (timeZone: string, locale: string): ((instant: string) => string) => {
  const two = '2-digit';
  const format = new Intl.DateTimeFormat(locale, {
    ...{ day: two, month: two, year: 'numeric', hour: two, minute: two, second: two, timeZone },
  });
  return (instant) => format.format(new Date(instant));
};
