import type { Command } from 'commander';
import type { Console } from './console.ts';

export interface CommonOptions {
  readonly data: string;
  readonly json?: true;
}

/** The options of every command; `--lang` is read before parsing and only declared here. */
export function withCommon(command: Command, { words }: Console): Command {
  return command
    .option('--data <dir>', words.optionData, './loa-data')
    .option('--json', words.optionJson)
    .option('--lang <vi|en>', words.optionLang);
}
