import type { Clock } from '../clock/clock.ts';
import type { Track } from '../fetch/cache.ts';
import { CHIME_MS, chime } from './chime.ts';
import { type Decoding, decode } from './ffmpeg.ts';
import { BYTES_PER_SAMPLE, bytesOfMs, msOfSamples } from './format.ts';

export interface ProgrammeSource extends Pick<Decoding, 'onDecoder'> {
  readonly tracks: readonly Track[];
  readonly chime: boolean;
  readonly times: number;
  readonly gapMs: number;
  /** The part to be heard, in samples of the whole ordered programme, repetitions included. */
  readonly from: number;
  readonly until: number;
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

/** Milliseconds that the part lasts, chime and the gaps within it included. */
export function partSpanMs({
  tracks,
  chime,
  gapMs,
  from,
  until,
}: Pick<ProgrammeSource, 'tracks' | 'chime' | 'gapMs' | 'from' | 'until'>): number {
  const once = programmeSamples({ tracks, times: 1 });
  const gaps = Math.max(0, Math.ceil(until / once) - 1 - Math.floor(from / once));
  return msOfSamples(until - from) + gaps * gapMs + (chime && from === 0 ? CHIME_MS : 0);
}

/**
 * Everything that is to be heard of the part, in order; the chime only before the beginning. Throws what `decode`
 * throws.
 */
export async function* programme(source: ProgrammeSource): AsyncGenerator<Stretch, void, undefined> {
  const { tracks, times, from, until } = source;
  if (source.chime && from === 0) yield { pcm: chime(), counts: false };
  let at = 0;
  for (let time = 0; time < times && at < until; time++) {
    if (time > 0 && at > from) yield* silence(source.gapMs);
    for (const track of tracks) {
      const skip = Math.max(0, from - at);
      at += track.samples;
      if (skip >= track.samples || at - track.samples >= until) continue;
      for await (const pcm of trackPcm(track, skip, source)) yield { pcm, counts: true };
    }
  }
}

/**
 * A recording from sample `skip` on. The cached head is there at once; the decoder starts when its opening has gone out,
 * and what it gives of the head is skipped, so that the two fit to the sample. Never more than was counted when the
 * recording was verified.
 */
async function* trackPcm(
  track: Track,
  skip: number,
  { ffmpeg, clock, signal, onDecoder }: ProgrammeSource,
): AsyncGenerator<Buffer> {
  const { file, samples } = track;
  const head = await track.head();
  const fromByte = skip * BYTES_PER_SAMPLE;
  const ofBytes = samples * BYTES_PER_SAMPLE;
  if (head.byteLength >= ofBytes) return yield head.subarray(fromByte);
  const opening = fromByte + bytesOfMs(OPENING_MS);
  if (fromByte < head.byteLength) yield head.subarray(fromByte, opening);
  const decoder = decode({ ffmpeg, file, clock, signal, onDecoder });
  let pending: Promise<IteratorResult<Buffer, void>> | undefined = decoder.next();
  // Rejections surface where the result is awaited below, perhaps after the head has played.
  pending.catch(() => undefined);
  try {
    if (opening < head.byteLength) yield head.subarray(opening);
    const wantedFrom = Math.max(fromByte, head.byteLength);
    let at = 0;
    for (let result = await pending; !result.done && at < ofBytes; result = await decoder.next()) {
      pending = undefined;
      const pcm = result.value;
      const wanted = pcm.subarray(Math.max(0, wantedFrom - at), Math.max(0, ofBytes - at));
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
