import { setMaxListeners } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openScope } from '../../simulator/process/scope.ts';
import { check } from './checker/check.ts';
import type { Violation } from './checker/history.ts';
import type { Counts } from './diary.ts';
import { gather, heal, orderOnceMore } from './heal.ts';
import { Operator } from './operator.ts';
import { plannedCentreKills, plannedFaults, plannedOrders } from './plan.ts';
import { Random } from './random.ts';
import { type Stage, setStage, stationNames, ZONES } from './stage.ts';
import { suffer, sufferAtCentre } from './trouble.ts';

export interface RoundOptions {
  readonly directory: string;
  readonly seed: number;
  readonly stations: number;
  readonly stormMs: number;
  /** The storm ends earlier when this says so. */
  readonly enough: (counts: Counts) => boolean;
  readonly killsCentre: boolean;
  /** A PostgreSQL URL in place of the centre's embedded database. */
  readonly database?: string | undefined;
  readonly brief: boolean;
  readonly quietWithinMs?: number;
  readonly signal: AbortSignal;
  readonly progress: (counts: Counts, phase: string) => void;
}

const HEALED_WITHIN_MS = 2 * 60_000;

/** A program that ended by itself, beside what the checker finds. */
export type Finding = Violation | { readonly rule: 'crashed'; readonly station: string; readonly what: string };

export interface RoundResult {
  readonly seed: number;
  readonly counts: Counts;
  readonly kills: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly heard: number;
  readonly quiet: boolean;
  readonly violations: readonly Finding[];
}

/** One storm on a fresh centre and fresh stations: storm, healing, a last order each, judgement. */
export async function playRound(options: RoundOptions): Promise<RoundResult> {
  const { directory, seed, signal, progress } = options;
  await mkdir(directory, { recursive: true });
  const scope = openScope((error) => process.stderr.write(`not closed: ${String(error)}\n`));
  try {
    const stage = await setStage({ directory, stations: options.stations, database: options.database }, scope);
    const { counts, kills } = stage.diary;
    await storm(stage, options);
    progress(counts, 'heals');
    const quiet = await heal(stage, signal, options.quietWithinMs);
    progress(counts, 'last order');
    await orderOnceMore(stage, signal);
    progress(counts, 'judges');
    const history = await gather(stage);
    await writeFile(join(directory, 'history.json'), JSON.stringify(history));
    const all = [...stage.stations, { name: 'centre', crashes: stage.centre.crashes }];
    const crashed = all.flatMap(({ name, crashes }) =>
      crashes.map((what): Finding => ({ rule: 'crashed', station: name, what })),
    );
    const reports = history.stations.flatMap((station) => station.reports);
    return {
      ...{ seed, counts, quiet, kills: Object.fromEntries(kills) },
      outcomes: tally(reports.map(({ outcome, continues }) => (continues ? `${outcome}, continues` : outcome))),
      heard: history.stations.reduce((sum, { hearings }) => sum + hearings.length, 0),
      violations: [...check(history), ...crashed],
    };
  } finally {
    await scope.close();
  }
}

async function storm(stage: Stage, options: RoundOptions): Promise<void> {
  const { seed, stormMs, enough, killsCentre, brief, signal, progress } = options;
  const random = new Random(seed);
  const over = new AbortController();
  const ending = AbortSignal.any([signal, over.signal]);
  // Every pause listens to it, and every station pauses in several places.
  setMaxListeners(0, ending);
  const end = performance.now() + stormMs;
  const watch = setInterval(() => {
    progress(stage.diary.counts, 'storms');
    if (performance.now() > end || enough(stage.diary.counts)) over.abort();
  }, 250);
  const plan = {
    stations: stationNames(stage.stations.length),
    zones: ZONES,
    brief,
    validMs: stormMs + HEALED_WITHIN_MS,
  };
  try {
    await Promise.all([
      new Operator(stage, ending).work(plannedOrders(random.branch('orders'), plan)),
      ...stage.stations.map((station) => suffer(stage, station, plannedFaults(random.branch(station.name)), ending)),
      ...(killsCentre ? [sufferAtCentre(stage, plannedCentreKills(random.branch('centre')), ending)] : []),
    ]);
  } finally {
    clearInterval(watch);
    over.abort();
  }
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
