#!/usr/bin/env node
import { type Command, CommanderError } from 'commander';
import { loaSim, usageError } from './command.ts';
import { demoCommand } from './demo/command.ts';
import { firstAiringCommand } from './first-airing/command.ts';
import { languageOf } from './language.ts';
import { stationCommand } from './station/command.ts';
import { commandWords } from './words.ts';

/** The `loa-sim` program. Exit codes: 0 as expected, 1 not, 2 wrong usage, 130 interrupted. */
async function main(): Promise<number> {
  const language = languageOf(process.argv, process.env);
  const words = commandWords(language);
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort(signal));
  let code = 0;
  const finish = (result: number): void => {
    code = result;
  };
  const program: Command = loaSim(words);
  program.addCommand(demoCommand({ language, words, signal: ending.signal, finish }));
  program.addCommand(firstAiringCommand({ language, words, signal: ending.signal, finish }));
  program.addCommand(stationCommand({ words, signal: ending.signal, finish }));
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    // Without a command the help was printed already; commander calls that an error too.
    if (error.code === 'commander.help') return 2;
    process.stderr.write(`${usageError(error, words)}\n`);
    return 2;
  }
  return code;
}

process.exitCode = await main();
