import type { AcceptanceRecord, Point, ZoneResult } from './record.ts';
import { factsOf, timeIn } from './record-text.ts';
import type { ProvisionWords } from './words.ts';

const STYLE = `
  @page { size: A4; margin: 18mm }
  body { font: 11pt/1.4 "Liberation Serif", "Times New Roman", serif; max-width: 174mm; margin: 1em auto; color: #000 }
  h1 { font-size: 15pt; text-align: center; margin: 0 0 .2em }
  .verdict { text-align: center; font-weight: bold; font-size: 13pt; margin: 0 0 1em }
  table { border-collapse: collapse; width: 100%; margin: 0 0 1em }
  th, td { border: 1px solid #444; padding: .25em .5em; text-align: left; vertical-align: top }
  .facts th, .facts td { border: 0; padding: .1em .5em .1em 0 }
  .facts th { width: 9em; font-weight: normal }
  td.figure { text-align: right; white-space: nowrap }
  .failed td:last-child { font-weight: bold }
  .todo { font-style: italic }
  tr { break-inside: avoid }
  .signatures { display: flex; gap: 2em; break-inside: avoid; text-align: center }
  .signatures div { flex: 1; height: 34mm }
`;

/** The acceptance record as a page of its own, to print on A4 and sign. `timeZone`: IANA, for its hours. */
export function recordPage(record: AcceptanceRecord, words: ProvisionWords, timeZone: string): string {
  const { page } = words;
  const time = timeIn(timeZone, page.locale);
  const facts = factsOf(record, words, time).map(
    ([head, text]) => `<tr><th>${safe(head)}</th><td>${safe(text)}</td></tr>`,
  );
  const zones = record.points.flatMap((point) =>
    point.finding.code === 'zone' ? [zoneRow(point, point.finding.result, words, time)] : [],
  );
  const zoneHeads = [page.zone, page.relay, page.level, page.current, page.at, page.result];
  const others = record.points.filter(({ finding }) => finding.code !== 'zone');
  return `<!DOCTYPE html>
<html lang="${page.locale}">
<head><meta charset="utf-8"><title>${safe(page.title)}</title><style>${STYLE}</style></head>
<body>
<h1>${safe(page.title)}</h1>
<p class="verdict">${safe(record.accepted ? page.accepted : page.notAccepted)}</p>
<table class="facts">${facts.join('')}</table>
<table>
<tr><th>${safe(page.point)}</th><th></th><th>${safe(page.result)}</th></tr>
${others.map((point) => pointRow(point, words)).join('\n')}
</table>
<h2>${safe(page.zones)}</h2>
<table>
<tr>${zoneHeads.map((head) => `<th>${safe(head)}</th>`).join('')}</tr>
${zones.join('\n')}
</table>
<div class="signatures">${page.signatures.map((who) => `<div>${safe(who)}<br>${safe(page.signHere)}</div>`).join('')}</div>
</body>
</html>
`;
}

function pointRow(point: Point, words: ProvisionWords): string {
  const told = words.finding(point.finding);
  const text = `${safe(told.text)}${toDo(point, told.remedy, words)}`;
  return `<tr class="${point.result}"><td>${safe(words.points[point.point])}</td><td>${text}</td><td>${safe(words.page.results[point.result])}</td></tr>`;
}

function zoneRow(point: Point, zone: ZoneResult, words: ProvisionWords, time: (instant: string) => string): string {
  const { page } = words;
  const figure = (value: number | undefined, digits: number) =>
    `<td class="figure">${safe(value === undefined ? page.notMeasured : numberIn(page.locale, digits).format(value))}</td>`;
  const told = words.zone(zone);
  const result = `${safe(page.results[point.result])}<br>${safe(told.text)}${toDo(point, told.remedy, words)}`;
  return `<tr class="${point.result}"><td>${safe(zone.name)} (${safe(zone.zone)})</td><td class="figure">${zone.relay}</td>${figure(zone.rmsDb, 1)}${figure(zone.currentA, 2)}<td>${safe(time(zone.at))}</td><td>${result}</td></tr>`;
}

const toDo = (point: Point, remedy: string | undefined, { page }: ProvisionWords): string =>
  point.result === 'failed' && remedy !== undefined
    ? `<br><span class="todo">${safe(page.toDo)}: ${safe(remedy)}</span>`
    : '';

const numberIn = (locale: string, digits: number) =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Names come from the centre and from a keyboard. */
const safe = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '').replaceAll('\n', '<br>');
