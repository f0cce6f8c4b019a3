#!/usr/bin/env node
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { noPostgres, Postgres } from '../support/postgres.ts';
import { playRound } from './round.ts';
import { Totals } from './totals.ts';

interface Options {
  readonly seed: number;
  readonly minutes?: number;
  readonly kills?: number;
  readonly stations: number;
  readonly storm: number;
  readonly centre: boolean;
  readonly brief: boolean;
  readonly json?: boolean;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0');
  return value;
};
const LONGEST_MINUTES = 24 * 60;

const options: Options = new Command('chaos')
  .description(
    'Kills agents and the centre at random and at named steps while orders, cancellations and faults rain down; then judges what was heard against the ledger. Exit code 1 on any violation.',
  )
  .option('--seed <n>', 'of the plan of actions; printed first', positive, randomInt(1, 2 ** 31))
  .option('--minutes <n>', 'begin no new round after so long (2, unless --kills is given)', positive)
  .option('--kills <n>', 'end after so many kills of agents and centre together', positive)
  .option('--stations <k>', 'stations side by side', positive, 3)
  .option('--storm <seconds>', 'length of a round’s storm', positive, 120)
  .option('--no-centre', 'do not kill the centre')
  .option('--brief', 'also orders so short-lived that a dead station may never hear of them', false)
  .option('--json', 'print a summary as JSON')
  .parse()
  .opts();

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());

const { seed, kills } = options;
const minutes = options.minutes ?? (kills === undefined ? 2 : LONGEST_MINUTES);
process.stderr.write(`seed ${seed}\n`);
const folder = await mkdtemp(join(tmpdir(), 'loa-chaos-'));
const totals = new Totals(seed);
const end = performance.now() + minutes * 60_000;
const killed = (): number => totals.counts.agentKills + totals.counts.centreKills;
const goesOn = (): boolean =>
  !interrupt.signal.aborted && performance.now() < end && (kills === undefined || killed() < kills);

const postgres = noPostgres === false ? await Postgres.start() : undefined;
let kept = false;
try {
  for (let round = 1; round === 1 || goesOn(); round++) {
    const directory = join(folder, `round-${round}`);
    const before = killed();
    const roundSeed = seed + round - 1;
    const result = await playRound({
      ...{ directory, seed: roundSeed, stations: options.stations, signal: interrupt.signal },
      stormMs: Math.min(options.storm * 1_000, Math.max(5_000, end - performance.now())),
      enough: ({ agentKills, centreKills }) => kills !== undefined && before + agentKills + centreKills >= kills,
      killsCentre: options.centre,
      // On a PostgreSQL, where there is one, the centre is back sooner, so that it dies more often.
      database: roundSeed % 4 > 0 ? await postgres?.database(`round_${round}`) : undefined,
      brief: options.brief,
      progress: (counts, phase) => totals.showProgress(round, counts, phase),
    });
    // What an interrupt cut short was not healed, and proves nothing.
    if (interrupt.signal.aborted) break;
    totals.add(result, directory);
    if (result.violations.length === 0) await rm(directory, { recursive: true, force: true });
    else kept = true;
  }
} finally {
  await postgres?.close();
  if (!kept) await rm(folder, { recursive: true, force: true });
  process.stderr.write('\n');
  process.stdout.write(options.json ? `${JSON.stringify(totals.summary())}\n` : totals.inWords());
}
if (totals.violations > 0) process.exitCode = 1;
