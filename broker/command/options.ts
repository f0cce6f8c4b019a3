import { type Command, Option } from 'commander';
import type { Console } from './console.ts';

export interface CommonOptions {
  readonly data: string;
  readonly json?: true;
}

/** The options of every command; `--lang` is read before parsing and only declared here. */
export function withCommon(command: Command, console: Console): Command {
  const { words } = console;
  return command
    .option('--data <dir>', words.optionData, './loa-data')
    .option('--json', words.optionJson)
    .addOption(languageOption(console));
}

export function languageOption({ words }: Console): Option {
  return new Option('--lang <vi|en>', words.optionLang).choices(['vi', 'en']);
}
