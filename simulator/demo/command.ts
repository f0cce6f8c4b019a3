import { Command } from 'commander';
import { type CommandContext, inOurWords } from '../command.ts';
import type { Language } from '../language.ts';
import { failureText } from '../process/failure-text.ts';
import { DirectoryNotEmpty, runDemo } from './demo.ts';
import { english, vietnamese } from './words.ts';

/** `loa-sim demo` */
export function demoCommand(context: CommandContext & { readonly language: Language }): Command {
  const { words, signal, finish, language } = context;
  const demo = language === 'en' ? english : vietnamese;
  return inOurWords(new Command('demo'), words)
    .description(words.demo.summary)
    .option('--keep', words.demo.keep)
    .option('--json', words.demo.json)
    .option('--directory <folder>', words.demo.directory)
    .action(async (options: { keep?: boolean; json?: boolean; directory?: string }) => {
      const output = options.json ? process.stderr : process.stdout;
      const say = (line: string): void => void output.write(`${line}\n`);
      let right: boolean | undefined;
      try {
        await runDemo(
          {
            directory: options.directory,
            keep: options.keep ?? false,
            words: demo,
            say,
            columns: output.columns,
            signal,
          },
          (result) => {
            right = result.right;
            if (options.json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
          },
        );
      } catch (error) {
        if (signal.aborted) {
          say(demo.stopped);
          // With --keep, ending it is how it ends.
          return finish(right === undefined ? 130 : right ? 0 : 1);
        }
        const isInTheWay = error instanceof DirectoryNotEmpty;
        say(isInTheWay ? words.notEmpty(error.message) : demo.failed(failureText(error, language)));
        return finish(1);
      }
      finish(right ? 0 : 1);
    });
}
