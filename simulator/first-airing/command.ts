import { Command } from 'commander';
import { type CommandContext, inOurWords } from '../command.ts';
import type { Language } from '../language.ts';
import { failureText } from '../process/failure-text.ts';
import { runFirstAiring } from './first-airing.ts';
import { english, vietnamese } from './words.ts';

/** `loa-sim first-airing` */
export function firstAiringCommand(context: CommandContext & { readonly language: Language }): Command {
  const { words, signal, finish, language } = context;
  const own = language === 'en' ? english : vietnamese;
  return inOurWords(new Command('first-airing'), words)
    .description(own.summary)
    .option('--guided', own.guided)
    .option('--directory <folder>', own.directory)
    .action(async ({ guided = false, directory }: { guided?: boolean; directory?: string }) => {
      const say = (line: string): void => void process.stdout.write(`${line}\n`);
      try {
        finish((await runFirstAiring({ directory, guided, words: own, say, signal })) ? 0 : 1);
      } catch (error) {
        if (signal.aborted) return finish(130);
        process.stderr.write(`${words.failed(failureText(error, language))}\n`);
        finish(1);
      }
    });
}
