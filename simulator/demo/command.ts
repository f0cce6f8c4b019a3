import { Command } from 'commander';
import { type CommandContext, inOurWords } from '../command.ts';
import type { Language } from '../language.ts';
import { ChildFailure } from '../process/child.ts';
import type { CommandWords } from '../words.ts';
import { DirectoryNotEmpty, runDemo } from './demo.ts';
import { type DemoWords, english, vietnamese } from './words.ts';

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
        for (const line of explain(error, words, demo)) say(line);
        return finish(1);
      }
      finish(right ? 0 : 1);
    });
}

/** Why the demo could not be played, in words for somebody who wants to see it and not to mend it. */
function* explain(error: unknown, words: CommandWords, demo: DemoWords): Generator<string> {
  if (error instanceof DirectoryNotEmpty) return yield words.notEmpty(error.message);
  if (!(error instanceof ChildFailure))
    return yield demo.failed(error instanceof Error ? error.message : String(error));
  yield demo.failed(demo.childFailed(error.child, error.kind));
  if (error.tail) yield `${demo.lastLines}\n${error.tail.replace(/^/gm, '    ')}`;
}
