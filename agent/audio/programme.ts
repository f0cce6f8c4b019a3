import type { Clock } from '../clock/clock.ts';
import type { Track } from '../fetch/cache.ts';
import { chime } from './chime.ts';
import { decode } from './ffmpeg.ts';
import { BYTES_PER_SAMPLE, bytesOfMs } from './format.ts';

export interface ProgrammeSource {
  readonly tracks: readonly Track[];
  readonly chime: boolean;
  readonly times: number;
  readonly gapMs: number;
  readonly ffmpeg: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A stretch of sound; only what `counts` belongs to the ordered programme. */
export interface Stretch {
  readonly pcm: Buffer;
  readonly counts: boolean;
}

const GAP_STEP_MS = 1_000;
/** Starting a process holds the agent up for some milliseconds: so much sound is on its way by then. */
const OPENING_MS = 100;

/** Samples of the whole ordered programme, without chime and gaps. */
export const programmeSamples = ({ tracks, times }: Pick<ProgrammeSource, 'tracks' | 'times'>): number =>
  tracks.reduce((sum, track) => sum + track.samples, 0) * times;

/** Everything that is to be heard, in order. Throws what `decode` throws. */
export async function* programme(source: ProgrammeSource): AsyncGenerator<Stretch, void, undefined> {
  if (source.chime) yield { pcm: chime(), counts: false };
  for (let time = 0; time < source.times; time++) {
    if (time > 0) yield* silence(source.gapMs);
    for (const track of source.tracks) {
      for await (const pcm of trackPcm(track, source)) yield { pcm, counts: true };
    }
  }
}

/**
 * The cached head is there at once; the decoder starts when its opening has gone out, and what it gives of the head is
 * skipped, so that the two fit to the sample. Never more than was counted when the recording was verified.
 */
async function* trackPcm(track: Track, { ffmpeg, clock, signal }: ProgrammeSource): AsyncGenerator<Buffer> {
  const { head, file, samples } = track;
  if (head.byteLength >= samples * BYTES_PER_SAMPLE) return yield head;
  const openingBytes = bytesOfMs(OPENING_MS);
  yield head.subarray(0, openingBytes);
  const decoder = decode({ ffmpeg, file, clock, signal });
  let pending: Promise<IteratorResult<Buffer, void>> | undefined = decoder.next();
  // Rejections surface where the result is awaited below, perhaps after the head has played.
  pending.catch(() => undefined);
  try {
    yield head.subarray(openingBytes);
    const ofBytes = samples * BYTES_PER_SAMPLE;
    let at = 0;
    for (let result = await pending; !result.done && at < ofBytes; result = await decoder.next()) {
      pending = undefined;
      const pcm = result.value;
      const wanted = pcm.subarray(Math.max(0, head.byteLength - at), Math.max(0, ofBytes - at));
      if (wanted.byteLength > 0) yield wanted;
      at += pcm.byteLength;
    }
  } finally {
    await pending?.catch(() => undefined);
    await decoder.return();
  }
}

function* silence(ms: number): Generator<Stretch> {
  for (let left = ms; left > 0; left -= GAP_STEP_MS) {
    yield { pcm: Buffer.alloc(bytesOfMs(Math.min(left, GAP_STEP_MS))), counts: false };
  }
}
