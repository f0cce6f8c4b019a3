import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import prism from 'prism-media';
import { Refusal } from '../../protocol/refusal.ts';
import type { Clock } from '../clock/clock.ts';
import { SAMPLE_RATE } from './format.ts';
import { crashed, endNow, endOf } from './process-end.ts';

/** Containers that a recording may come in. Playlists are not among them: they could name files and addresses. */
const FORMATS = 'ogg,mp3,wav,flac,aac,mov,matroska';
/** Decoding runs a thousand times faster than sound: a decoder that is silent for so long hangs. */
const HUNG_AFTER_MS = 5_000;
const KEPT_COMPLAINT = 2_000;

/**
 * Finds ffmpeg: the configured path, the system's, the optional package `ffmpeg-static`; undefined when there is none.
 */
export async function findFfmpeg(configured?: string): Promise<string | undefined> {
  if (configured !== undefined) return (await isExecutable(configured)) ? configured : undefined;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, 'ffmpeg');
    if (folder !== '' && (await isExecutable(candidate))) return candidate;
  }
  try {
    const bundled: unknown = createRequire(import.meta.url)('ffmpeg-static');
    return typeof bundled === 'string' && (await isExecutable(bundled)) ? bundled : undefined;
  } catch {
    return undefined;
  }
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

export interface Decoding {
  readonly ffmpeg: string;
  readonly file: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Hears after each whether the decoder works: how it failed, or undefined when it gave sound. */
  readonly onDecoder?: ((failure: Refusal | undefined) => void) | undefined;
}

/**
 * Decodes a file to PCM, as fast as it is read. Throws Refusal `audio-unplayable` (the decoder works and says that the
 * file does not), `decoder-failed` (it crashed, or is not there) or `decoder-hung`. Leaving the loop early ends it.
 */
export async function* decode(decoding: Decoding): AsyncGenerator<Buffer, void, undefined> {
  const { ffmpeg, file, clock, signal, onDecoder } = decoding;
  pinCommand(ffmpeg);
  const transcoder = new prism.FFmpeg({
    args: [
      ['-nostdin', '-v', 'error', '-xerror'],
      ['-protocol_whitelist', 'file,pipe', '-format_whitelist', FORMATS],
      ['-i', file, '-map', '0:a:0', '-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '1'],
    ].flat(),
  });
  // prism sets `process` to null when it is destroyed and tells neither a crash nor a missing program, so the child
  // itself is watched.
  const child = transcoder.process;
  const ended = endOf(child, clock);
  transcoder.on('error', () => {});
  child.stdin?.on('error', () => {});
  child.stdin?.end();
  let complaint = '';
  // An unread stderr would fill its pipe and block ffmpeg.
  child.stderr?.on('data', (data: Buffer) => {
    complaint = (complaint + data.toString('utf8')).slice(-KEPT_COMPLAINT);
  });
  let hung = false;
  let works = false;
  const failed = (refusal: Refusal): Refusal => {
    works = refusal.code === 'audio-unplayable';
    if (!works) onDecoder?.(refusal);
    return refusal;
  };
  const kill = () => {
    endNow(child);
    // What the program may have started itself holds the pipes open: nobody waits for that.
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  signal?.addEventListener('abort', kill, { once: true });
  const watch = () =>
    clock.after(HUNG_AFTER_MS, () => {
      hung = true;
      kill();
    });
  let cancelWatch = watch();
  try {
    if (child.stdout === null) throw new Refusal('decoder-failed', 'no output');
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      cancelWatch();
      works = true;
      yield chunk;
      cancelWatch = watch();
    }
    const end = await ended;
    if (signal?.aborted) return;
    if (hung) throw new Refusal('decoder-hung', file);
    if (end.code === 0) return;
    const complained = complaint.trim() || `it ended with ${end.signal ?? end.code}`;
    throw new Refusal(crashed(end) ? 'decoder-failed' : 'audio-unplayable', complained, { cause: end.cause });
  } catch (error) {
    // Our own kill tears the output off.
    if (error instanceof Refusal) throw failed(error);
    if (signal?.aborted) return;
    throw failed(new Refusal(hung ? 'decoder-hung' : 'decoder-failed', file, { cause: error }));
  } finally {
    cancelWatch();
    signal?.removeEventListener('abort', kill);
    kill();
    if (works) onDecoder?.(undefined);
  }
}

/**
 * prism looks for ffmpeg by itself, in another order than ours and with a blocking spawn of about 60 ms. Its `getInfo`
 * is where it takes the answer from, so ours is put there; every decoder of one process uses one ffmpeg.
 */
function pinCommand(ffmpeg: string): void {
  prism.FFmpeg.getInfo = () => ({ command: ffmpeg, info: '', output: '', version: '' });
}
