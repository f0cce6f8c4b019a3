#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import { openScope } from '../../simulator/process/scope.ts';
import { Figures } from './figures.ts';
import { describeMachine } from './machine.ts';
import { inWords, type Results } from './print.ts';
import { quickRound, slowRound } from './rounds.ts';
import { setStage } from './stage.ts';
import { aimsOf, ratiosOf } from './summary.ts';

/** Starts and decoded recordings take seconds: one for so many quick rounds. */
const QUICK_FOR_ONE_SLOW = 4;
const WARM_UPS = 3;

interface Options {
  readonly rounds: number;
  readonly minutes: number;
  readonly json?: boolean;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0');
  return value;
};

const { rounds, minutes, json }: Options = new Command('bench')
  .description(
    'Measures orders, starts and memory of the real agent beside their bare floors, round by round. No assertion.',
  )
  .option('--rounds <n>', 'orders; a start and a decoded recording come once in four', positive, 100)
  .option('--minutes <n>', 'stop after so long and print what there is', positive, 3)
  .option('--json', 'print the figures as JSON')
  .parse()
  .opts();

/** Runs everything round by round, so that a noisy moment touches what is compared alike. */
async function run(signal: AbortSignal): Promise<Results> {
  const machine = await describeMachine();
  const end = performance.now() + minutes * 60_000;
  const scope = openScope((error) => process.stderr.write(`not closed: ${String(error)}\n`));
  try {
    const stage = await setStage(scope);
    const warmUp = new Figures();
    for (let round = 0; round < WARM_UPS; round++) await quickRound(stage, warmUp);
    await slowRound(stage, warmUp);
    const figures = new Figures();
    let done = 0;
    for (; done < rounds && !signal.aborted && (done === 0 || performance.now() < end); done++) {
      await quickRound(stage, figures);
      if (done % QUICK_FOR_ONE_SLOW === 0) await slowRound(stage, figures);
      progress(done + 1);
    }
    process.stderr.write('\n');
    return {
      machine,
      figures: figures.all(),
      ratios: ratiosOf(figures),
      aims: aimsOf(figures),
      cutShort: done < rounds,
    };
  } finally {
    await scope.close();
  }
}

function progress(done: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\rround ${done} of ${rounds}`);
  else if (done % 10 === 0) process.stderr.write(`round ${done} of ${rounds}\n`);
}

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
const results = await run(interrupt.signal);
process.stdout.write(json ? `${JSON.stringify(results)}\n` : inWords(results));
