#!/usr/bin/env node
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { rotateAcross } from './rotation.ts';

const count = (text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a number above 0');
};

const options: { online: number; away: number } = new Command('rotation')
  .description(
    'Rotates and revokes signing keys while many real agents are online and others are away, beside a thief of a key who owns the broker. Exit code 1 unless all obey the new key and none the old.',
  )
  .option('--online <n>', 'stations that stay online', count, 100)
  .option('--away <n>', 'stations that sleep through every change', count, 20)
  .parse()
  .opts();

const folder = await mkdtemp(join(tmpdir(), 'loa-country-'));
try {
  const seen = await rotateAcross({ folder, ...options });
  process.stdout.write(`${JSON.stringify(seen, undefined, 2)}\n`);
  const all = options.online + options.away;
  const obeyed = seen.refused === all && seen.resisted === all && seen.aired === all;
  if (!obeyed || seen.givenUp + seen.twice + seen.obeyedThief > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
