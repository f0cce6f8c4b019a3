import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { FfmpegError, runFfmpeg } from './ffmpeg.ts';
import type { MediaStore, Recording } from './store.ts';

/** The file cannot become a recording; `code` says why. */
export class IngestError extends Error {
  override readonly name = 'IngestError';
  readonly code: 'no-file' | 'no-audio' | 'silent' | 'too-long' | 'no-ffmpeg';

  constructor(code: IngestError['code'], file: string, cause?: unknown) {
    super(`${file}: ${code}`, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

/** EBU R 128 measure for speech out of doors: louder than broadcast, with a true peak that survives the codec. */
const TARGET = 'I=-16:TP=-1.5:LRA=11';
const MIME = 'audio/ogg';
const BYTES_PER_MS = 96;
const LONGEST_MS = 3 * 60 * 60 * 1_000;

/** What loudnorm measures in its first pass; the numbers are text, and digital silence measures `-inf`. */
const measuredSchema = v.object({
  input_i: v.string(),
  input_tp: v.string(),
  input_lra: v.string(),
  input_thresh: v.string(),
  target_offset: v.string(),
});
type Measured = v.InferOutput<typeof measuredSchema>;

/**
 * Brings any audio file into the store: measured, brought to one loudness, encoded as Opus in Ogg (mono, 48 kHz,
 * 48 kbit/s). The same file gives the same bytes again. The duration is that of the decoded result, in milliseconds
 * rounded up. Throws IngestError.
 */
export async function ingest(
  store: MediaStore,
  file: string,
  { language, ffmpeg }: { language: string; ffmpeg: string },
): Promise<Recording> {
  const input = resolve(file);
  const found = await stat(input).catch(() => undefined);
  if (!found?.isFile()) throw new IngestError('no-file', file);
  try {
    return await store.withWorkFolder(async (folder) => {
      const measured = await measure(ffmpeg, input, file);
      const output = join(folder, 'normalised.ogg');
      await runFfmpeg(ffmpeg, encoding(input, measured, output));
      const durationMs = await duration(ffmpeg, output);
      if (durationMs > LONGEST_MS) throw new IngestError('too-long', file);
      return await store.adopt(output, { durationMs, mime: MIME, language });
    });
  } catch (error) {
    if (!(error instanceof FfmpegError)) throw error;
    throw new IngestError(error.code === 'not-found' ? 'no-ffmpeg' : 'no-audio', file, error);
  }
}

async function measure(ffmpeg: string, input: string, file: string): Promise<Measured> {
  const filter = `loudnorm=${TARGET}:print_format=json`;
  const { said } = await runFfmpeg(ffmpeg, ['-i', input, '-map', '0:a:0', '-af', filter, '-f', 'null', '-']);
  const report = said.slice(said.lastIndexOf('{'), said.lastIndexOf('}') + 1);
  const measured = v.safeParse(v.pipe(v.string(), v.parseJson(), measuredSchema), report);
  if (!measured.success) throw new IngestError('no-audio', file);
  // Below the gate of the measure nothing counts as sound: airing that would be an order that nobody hears.
  if (measured.output.input_i === '-inf' || Number(measured.output.input_i) < -69)
    throw new IngestError('silent', file);
  return measured.output;
}

function encoding(input: string, measured: Measured, output: string): string[] {
  const second = [
    `loudnorm=${TARGET}`,
    `measured_I=${measured.input_i}`,
    `measured_TP=${measured.input_tp}`,
    `measured_LRA=${measured.input_lra}`,
    `measured_thresh=${measured.input_thresh}`,
    `offset=${measured.target_offset}`,
    'linear=true',
  ].join(':');
  return [
    ...['-i', input, '-map', '0:a:0', '-map_metadata', '-1', '-af', second, '-ac', '1', '-ar', '48000'],
    ...['-c:a', 'libopus', '-b:a', '48k', '-application', 'audio'],
    // Without these two the stream gets a random serial number, and every run another content.
    ...['-fflags', '+bitexact', '-flags:a', '+bitexact', '-f', 'ogg', '-y', output],
  ];
}

/** By decoding: a header may say anything. */
async function duration(ffmpeg: string, file: string): Promise<number> {
  const { bytes } = await runFfmpeg(ffmpeg, ['-i', file, '-f', 's16le', '-ac', '1', '-ar', '48000', 'pipe:1']);
  return Math.ceil(bytes / BYTES_PER_MS);
}
