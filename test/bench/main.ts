#!/usr/bin/env node
import { Argument, Command, InvalidArgumentError } from 'commander';
import { openScope } from '../../simulator/process/scope.ts';
import { Figures } from './figures.ts';
import { describeMachine } from './machine.ts';
import { inWords, type Results } from './print.ts';
import { type Series, series } from './series.ts';
import { setStage } from './stage.ts';
import { measureStorms } from './storm.ts';

interface Options {
  readonly rounds?: number;
  readonly minutes: number;
  readonly json?: boolean;
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('must be a number above 0');
  return value;
};

const command = new Command('bench')
  .description(
    'Measures orders, starts and memory of the real agent beside their bare floors, round by round. No assertion.',
  )
  .addArgument(
    new Argument(
      '[what]',
      'orders and starts; a warning while a bulletin is on air; a restart with 1,000 orders; a full outbox; floods; the bundle; 1,000 and 5,000 stations that come at once',
    )
      .choices([...Object.keys(series), 'storm'])
      .default('orders'),
  )
  .option('--rounds <n>', 'how often', positive)
  .option('--minutes <n>', 'stop after so long and print what there is', positive, 3)
  .option('--json', 'print the figures as JSON')
  .parse();
const { minutes, json }: Options = command.opts();
const what = command.processedArgs[0] as string;

/** Runs everything round by round, so that a noisy moment touches what is compared alike. */
async function run(measured: Series, signal: AbortSignal): Promise<Results> {
  const rounds = command.opts<Options>().rounds ?? measured.rounds;
  const machine = await describeMachine();
  const end = performance.now() + minutes * 60_000;
  const scope = openScope((error) => process.stderr.write(`not closed: ${String(error)}\n`));
  try {
    const stage = await setStage(scope);
    const warmUp = new Figures();
    await measured.prepare(stage, warmUp);
    const figures = new Figures();
    let done = 0;
    for (; done < rounds && !signal.aborted && (done === 0 || performance.now() < end); done++) {
      await measured.round(stage, figures, done);
      progress(done + 1, rounds);
    }
    process.stderr.write('\n');
    return {
      machine,
      figures: figures.all(),
      ratios: measured.ratios(figures),
      aims: measured.aims(figures),
      cutShort: done < rounds,
    };
  } finally {
    await scope.close();
  }
}

/** One after the other, each once: a storm is long, and the machine cannot bear two. */
async function runStorms(): Promise<Results> {
  const machine = await describeMachine();
  const { figures, ...others } = await measureStorms(minutes, (line) => void process.stderr.write(`${line}\n`));
  return { machine, figures: figures.all(), aims: [], ...others };
}

function progress(done: number, rounds: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\rround ${done} of ${rounds}`);
  else if (done % 10 === 0) process.stderr.write(`round ${done} of ${rounds}\n`);
}

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
process.once('SIGTERM', () => interrupt.abort());
const results = what === 'storm' ? await runStorms() : await run(series[what] as Series, interrupt.signal);
process.stdout.write(json ? `${JSON.stringify(results)}\n` : inWords(results));
