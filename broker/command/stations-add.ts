import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { renderUnicodeCompact } from 'uqr';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { type StationPlan, stationPlanSchema } from '../../protocol/enrolment.ts';
import { CentreClient } from './client.ts';
import { CommandFailure, type Console, localTime, table } from './console.ts';
import { type CommonOptions, withCommon } from './options.ts';

interface AddOptions extends CommonOptions {
  readonly name?: string;
  readonly place?: string;
  readonly group?: readonly string[];
  readonly language?: readonly string[];
  readonly zone?: readonly string[];
  readonly file?: string;
}

const codesSchema = v.object({
  codes: v.array(v.object({ station: v.string(), code: v.string(), expiresAt: v.string() })),
});
type Code = v.InferOutput<typeof codesSchema>['codes'][number];

/** So many plans fit into one request whatever their names. */
const AT_ONCE = 20;

export function addStationsAdd(stations: Command, console: Console): void {
  const { words } = console;
  withCommon(stations.command('add').description(words.stationsAdd), console)
    .argument('[station]', words.stationsAddStation)
    .option('--name <text>', words.stationsAddName)
    .option('--place <text>', words.stationsAddPlace)
    .option('--group <group...>', words.stationsAddGroup)
    .option('--language <tag...>', words.stationsAddLanguage)
    .option('--zone <id=name...>', words.stationsAddZone)
    .option('--file <csv>', words.stationsAddFile)
    .action((station: string | undefined, options: AddOptions) => add(station, options, console));
}

async function add(station: string | undefined, options: AddOptions, console: Console): Promise<void> {
  const { words } = console;
  if ((station === undefined) === (options.file === undefined)) {
    throw new CommandFailure(2, words.stationsAddEither);
  }
  const plans = options.file === undefined ? [planOf(station ?? '', options)] : await plansIn(options.file, console);
  checkAll(plans, console);
  const centre = await CentreClient.find(options.data, console);
  const codes: Code[] = [];
  for (let from = 0; from < plans.length; from += AT_ONCE) {
    const some = await centre.post('/api/stations', { stations: plans.slice(from, from + AT_ONCE) }, codesSchema);
    codes.push(...some.codes);
  }
  if (options.json) return console.out(JSON.stringify({ centre: centre.http, codes }));
  const [only] = codes;
  if (codes.length === 1 && only !== undefined) return console.out(oneCode(only, centre.http, console));
  console.out(words.stationsAddedMany(codes.length, centre.http));
  return console.out(
    table(
      words.headCodes,
      codes.map(({ station, code, expiresAt }) => [station, code, localTime(expiresAt, console.language)]),
    ),
  );
}

function oneCode({ station, code, expiresAt }: Code, centre: string, { words, language }: Console): string {
  const command = `loa-agent enrol --centre ${centre} --code ${code}`;
  return [
    words.stationAdded(station, code, localTime(expiresAt, language), command),
    renderUnicodeCompact(command),
  ].join('\n\n');
}

const planOf = (station: string, { name, place, group, language, zone }: AddOptions): unknown => ({
  station,
  name,
  ...(place !== undefined && { place }),
  ...(group !== undefined && { groups: group }),
  ...(language !== undefined && { languages: language }),
  zones: (zone ?? []).map(zoneOf),
});

/** `thon-1=Thôn 1` or `thon-1=Thôn 1=village,border`. */
function zoneOf(text: string): unknown {
  const [id, name, tags] = text.split('=').map((part) => part.trim());
  return { id, name: name ?? id, ...(tags && { tags: tags.split(',').map((tag) => tag.trim()) }) };
}

/** Columns station, name, place, groups, languages, zones; lists inside a cell are parted by `;`. */
async function plansIn(file: string, { words }: Console): Promise<unknown[]> {
  let rows: Record<string, string>[];
  try {
    rows = parse(await readFile(file, 'utf8'), { columns: true, bom: true, trim: true, skip_empty_lines: true });
  } catch (error) {
    throw new CommandFailure(2, words.badFile(file, (error as Error).message));
  }
  if (rows.length === 0) throw new CommandFailure(2, words.badFile(file, words.fileIsEmpty));
  const list = (cell: string | undefined) => (cell ? cell.split(';').map((part) => part.trim()) : undefined);
  return rows.map((row) =>
    planOf(row.station ?? '', {
      data: '',
      ...(row.name && { name: row.name }),
      ...(row.place && { place: row.place }),
      ...(row.groups && { group: list(row.groups) ?? [] }),
      ...(row.languages && { language: list(row.languages) ?? [] }),
      zone: list(row.zones) ?? [],
    }),
  );
}

/** Every bad field of every station, before anything is sent: nobody wants half a country enrolled. */
function checkAll(plans: readonly unknown[], { words }: Console): asserts plans is readonly StationPlan[] {
  const lines = plans.flatMap((plan, at) => {
    const checked = validate(stationPlanSchema, plan);
    const of = plans.length > 1 ? `${words.row} ${at + 2}, ` : '';
    return checked.ok
      ? []
      : checked.refusal.fields.map(({ path, problem }) => `  ${of}${path}: ${words.problems[problem] ?? problem}`);
  });
  if (lines.length > 0) throw new CommandFailure(2, [words.stationsAddBad, ...lines].join('\n'));
  const names = plans.map((plan) => (plan as StationPlan).station);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new CommandFailure(2, words.stationTwice(twice));
}
