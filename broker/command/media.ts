import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import * as v from 'valibot';
import { language as languageTag } from '../../protocol/fields.ts';
import { printable } from '../../protocol/text.ts';
import { findFfmpeg } from '../media/find-ffmpeg.ts';
import { IngestError, ingest } from '../media/ingest.ts';
import { MediaStore, type Recording } from '../media/store.ts';
import { CommandFailure, type Console } from './console.ts';
import { type CommonOptions, withCommon } from './options.ts';
import { readRunFile } from './run-file.ts';

interface MediaOptions extends CommonOptions {
  readonly language: string;
  readonly ffmpeg?: string;
}

export function addMediaCommands(program: Command, console: Console): void {
  const { words } = console;
  const media = program.command('media').description(words.media);
  withCommon(media.command('add').description(words.mediaAdd), console)
    .argument('<file>', words.mediaAddFile)
    .option('--language <tag>', words.mediaAddLanguage, 'vi')
    .option('--ffmpeg <program>', words.mediaAddFfmpeg)
    .action(async (file: string, options: MediaOptions) => {
      const recording = await addRecording(file, options, console);
      const run = await readRunFile(options.data);
      const urls = run === undefined ? [] : [`${run.http}/media/${recording.sha256}`];
      const seconds = (recording.durationMs / 1_000).toFixed(1);
      const kilobytes = (recording.size / 1_000).toFixed(1);
      console.out(
        options.json
          ? JSON.stringify({ ...recording, urls })
          : [words.mediaAdded(recording.sha256, seconds, kilobytes), ...urls.map((url) => `  ${url}`)].join('\n'),
      );
    });
}

/** Brings a file into the store of a data folder; the centre need not run. */
export async function addRecording(
  file: string,
  options: { data: string; language: string; ffmpeg?: string },
  { words }: Console,
): Promise<Recording> {
  if (!v.is(languageTag, options.language)) {
    throw new CommandFailure(2, words.badValue('--language', words.badLanguage));
  }
  const store = new MediaStore(join(options.data, 'media'));
  await mkdir(store.directory, { recursive: true });
  try {
    const ffmpeg = await findFfmpeg(options.ffmpeg ?? process.env.LOA_FFMPEG);
    return await ingest(store, file, { language: options.language, ffmpeg });
  } catch (error) {
    if (!(error instanceof IngestError)) throw error;
    throw new CommandFailure(
      error.code === 'no-file' || error.code === 'no-ffmpeg' ? 2 : 1,
      words.ingest[error.code](printable(file, 200)),
    );
  }
}
