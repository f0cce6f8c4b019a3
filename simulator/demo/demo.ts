import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openScope } from '../process/scope.ts';
import { BROKER_PROGRAM } from './centre.ts';
import type { Row } from './judge.ts';
import { startNarrator } from './narrator.ts';
import { type Stage, setStage } from './stage.ts';
import { tellStory } from './story.ts';
import { table, wrapped } from './table.ts';
import type { DemoWords } from './words.ts';

const LAST_WAIT_MS = 5_000;

export interface DemoOptions {
  /** Where everything is kept; a new folder for temporary files when absent. */
  readonly directory: string | undefined;
  /** Leaves everything running until `signal`. */
  readonly keep: boolean;
  readonly words: DemoWords;
  /** Progress and the table, line by line. */
  readonly say: (line: string) => void;
  /** Columns of the terminal that shows it; absent where there is none. */
  readonly columns?: number | undefined;
  readonly signal: AbortSignal;
}

export interface DemoResult {
  /** Every outcome was the expected one. */
  readonly right: boolean;
  readonly directory: string;
  readonly rows: readonly Row[];
  readonly recordings: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The folder that was asked for holds something already. */
export class DirectoryNotEmpty extends Error {
  override readonly name = 'DirectoryNotEmpty';
}

/**
 * Plays the whole demo. Rejects with ChildFailure, StoryStuck or DirectoryNotEmpty when it cannot be played to its
 * end, and with the signal's reason when it is aborted; everything it started is gone by then.
 */
export async function runDemo(options: DemoOptions, result: (result: DemoResult) => void): Promise<void> {
  const { words, signal } = options;
  const began = performance.now();
  const progress = (line: string): void => {
    const seconds = words.number((performance.now() - began) / 1000, 1).padStart(5);
    options.say(line === '' ? '' : wrapped(`${seconds} s  ${line}`, options.columns));
  };
  for (const line of words.intro) options.say(wrapped(line, options.columns));
  options.say('');

  const directory = await demoDirectory(options.directory);
  const scope = openScope((error) => options.say(String(error)));
  let telling: Promise<void> = Promise.resolve();
  try {
    const story = async (): Promise<void> => {
      const stage = await setStage({ directory, words, say: progress, scope, signal });
      const narrator = startNarrator(stage, words, progress);
      scope.own(() => narrator.finish());
      const rows = await tellStory({ stage, narrator, words, say: progress, signal });
      const recordings = recordingsOf(stage);
      const right = rows.every((row) => row.problems.length === 0);
      for (const line of summary(rows, stage, recordings, options)) options.say(line);
      result({ right, directory, rows, recordings });
      if (!options.keep) return;
      options.say(words.kept(tryThese(stage, directory)));
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    telling = story();
    await Promise.race([telling, aborted(signal)]);
  } catch (error) {
    if (!signal.aborted) options.say(words.logsIn(directory));
    throw error;
  } finally {
    await scope.close();
    // What was half started when the end came belongs to the scope as soon as it has started.
    await Promise.race([telling.catch(() => {}), new Promise((resolve) => setTimeout(resolve, LAST_WAIT_MS).unref())]);
    await scope.close();
  }
}

async function demoDirectory(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return mkdtemp(join(tmpdir(), 'loa-demo-'));
  const directory = resolve(wanted);
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0) throw new DirectoryNotEmpty(directory);
  return directory;
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });

function recordingsOf(stage: Stage): DemoResult['recordings'] {
  return Object.fromEntries(
    stage.players.map(({ station, zones, virtual }) => [
      station,
      Object.fromEntries(zones.map((zone) => [zone.id, virtual.loudspeaker.wavOf(zone.id)])),
    ]),
  );
}

function* summary(
  rows: readonly Row[],
  stage: Stage,
  recordings: DemoResult['recordings'],
  { words, columns }: DemoOptions,
): Generator<string> {
  yield '';
  yield table(
    words.heads,
    rows.map((row) => cells(row, words)),
    columns,
  );
  yield '';
  for (const line of words.explanation) yield wrapped(line, columns);
  yield '';
  yield words.recordings;
  for (const { station, name, zones } of stage.players) {
    yield `  ${name}:`;
    for (const zone of zones) yield `    ${zone.name.padEnd(10)} ${recordings[station]?.[zone.id]}`;
  }
  yield '';
  const wrong = rows.filter((row) => row.problems.length > 0);
  yield wrong.length === 0 ? words.allAsExpected : words.notAsExpected;
  for (const row of wrong) {
    for (const problem of row.problems) yield `  ${row.station}, ${words.kinds[row.kind]}: ${words.problem(problem)}`;
  }
}

function cells(row: Row, words: DemoWords): string[] {
  const heard = row.zones.map(({ zone, correlation }) => `${zone} ${words.number(correlation, 3)}`);
  const silent = row.silent.length > 0 ? [words.silentZones(row.silent)] : [];
  const ms = (value: number | undefined): string => (value === undefined ? '–' : `${value} ms`);
  return [
    row.station,
    words.kinds[row.kind],
    words.outcomes[row.outcome] + (row.refusal ? ` (${row.refusal})` : ''),
    row.grade ? words.grades[row.grade] : '–',
    [...heard, ...silent].join('; ') || '–',
    ms(row.toRelayMs),
    ms(row.toSoundMs),
    words.verdict(row.problems.length === 0),
  ];
}

function tryThese(stage: Stage, directory: string): string[] {
  const broker = `node ${BROKER_PROGRAM}`;
  const data = `--data ${join(directory, 'centre')}`;
  return [
    `${broker} stations ${data}`,
    `${broker} order list ${data}`,
    `${broker} order send ${data} --title "…" --to all --priority routine --media ${stage.emergency.sha256} --watch`,
  ];
}
