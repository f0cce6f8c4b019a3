#!/usr/bin/env node
import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { rain } from './rain.ts';

const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number above 0');
  return value;
};

interface Options {
  readonly orders: number;
  readonly seed: number;
  readonly json?: boolean;
}

const { orders, seed, json }: Options = new Command('fuzz')
  .description(
    'Rains mutated orders on a real agent with virtual hardware. Exit code 1 when one verifies or moves a relay.',
  )
  .option('--orders <n>', 'mutated orders', positive, 10_000)
  .option('--seed <n>', 'of the mutants; printed first', positive, randomInt(1, 2 ** 31))
  .option('--json', 'print the figures as JSON')
  .parse()
  .opts();

process.stderr.write(`seed ${seed}\n`);
const result = await rain({
  ...{ count: orders, seed },
  progress: (read) => void process.stderr.write(`${read} of ${orders}\n`),
});
if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  const codes = Object.entries(result.refusals).toSorted(([, one], [, other]) => other - one);
  const lines = [
    `${result.mutants} mutated orders in ${result.seconds.toFixed(0)} s; relays moved: ${result.relaysMoved}`,
    ...codes.map(([code, number]) => `${String(number).padStart(8)}  ${code}`),
    `memory of the agent after each tenth: ${result.memoryMB.join(', ')} MB`,
    `a true order airs afterwards: ${result.airsAfterwards ? 'yes' : 'NO'}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
if (result.relaysMoved > 0 || !result.airsAfterwards || result.refusals.opens !== undefined) process.exitCode = 1;
