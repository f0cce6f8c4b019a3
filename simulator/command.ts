import { Command, type CommanderError } from 'commander';
import type { CommandWords } from './words.ts';

/** What every subcommand gets from the program. */
export interface CommandContext {
  readonly words: CommandWords;
  /** Aborted when the program is told to end. */
  readonly signal: AbortSignal;
  /** Tells the exit code. */
  readonly finish: (code: number) => void;
}

/** The program without its subcommands; errors of usage are thrown as CommanderError after they were printed. */
export function loaSim(words: CommandWords): Command {
  return inOurWords(new Command('loa-sim'), words).description(words.program);
}

/** Sets what every command has alike. What is wrong with a command line is told by the program, in its language. */
export function inOurWords(command: Command, words: CommandWords): Command {
  return command
    .option('--lang <vi|en>', words.lang)
    .helpOption('-h, --help', words.help)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({
      styleTitle: (title) => words.titles[title] ?? title,
      styleUsage: (usage) => usage.replace(/\[\w+\]/g, (placeholder) => words.titles[placeholder] ?? placeholder),
      subcommandTerm: (subcommand) => subcommand.name(),
      // What may be chosen is in the descriptions, in words.
      optionDescription: ({ description, defaultValue }) =>
        defaultValue === undefined ? description : `${description} (${words.byDefault(String(defaultValue))})`,
    });
}

/** A mistake in the command line, in words. Commander's own message names the culprit in quotes. */
export function usageError(error: CommanderError, words: CommandWords): string {
  const [, culprit = ''] = /'([^']+)'/.exec(error.message) ?? [];
  const [, own] = /is invalid\. (.+)$/s.exec(error.message) ?? [];
  return words.usage(own ?? words.mistakes[error.code]?.(culprit) ?? error.message.replace(/^error: /, ''));
}
