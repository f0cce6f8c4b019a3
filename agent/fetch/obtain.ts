import type { AudioVariant } from '../../protocol/order.ts';
import { Refusal, type RefusalCode } from '../../protocol/refusal.ts';
import { decode } from '../audio/ffmpeg.ts';
import { BYTES_PER_SAMPLE, bytesOfMs, msOfSamples } from '../audio/format.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import type { Cache, Track } from './cache.ts';
import { download, isNoSpace } from './download.ts';

/** What is kept as PCM of every recording: ample for the decoder's start, 288 kB. */
const HEAD_MS = 3_000;
/** Announced and decoded length may differ by codec delay and rounding, not by more. */
const TOLERANCE_MS = 1_000;
const TOLERANCE = 0.02;
const RETRY_MS = [500, 1_000, 2_000, 5_000, 15_000, 30_000];
/** Asking the same server again cannot mend these. */
const lasting: readonly RefusalCode[] = [
  'audio-not-found',
  'audio-size-differs',
  'audio-hash-differs',
  'audio-address-forbidden',
  'no-space',
];

export interface Obtaining {
  readonly cache: Cache;
  readonly ffmpeg: string;
  readonly clock: Clock;
}

/**
 * A playable recording: out of the cache, or fetched, verified and decoded to its end, so that what cannot be played is
 * refused before the amplifier is keyed. Keeps trying what may pass until `late` aborts, then rejects with the last
 * Refusal; with `stopped` when `signal` aborts.
 */
export async function obtain(
  variant: AudioVariant,
  { cache, ffmpeg, clock }: Obtaining,
  late: AbortSignal,
  signal: AbortSignal,
): Promise<Track> {
  const found = await cache.find(variant.sha256);
  if (found !== undefined) return found;
  await fetchFromAny(variant, { cache, ffmpeg, clock }, AbortSignal.any([signal, late]), signal);
  const { samples, head } = await inspect(variant, cache, ffmpeg, clock, signal);
  try {
    return await cache.keep(variant.sha256, samples, head);
  } catch (cause) {
    throw isNoSpace(cause) ? new Refusal('no-space', '', { cause }) : cause;
  }
}

async function fetchFromAny(
  { urls, size, sha256 }: AudioVariant,
  { cache, clock }: Obtaining,
  deadline: AbortSignal,
  signal: AbortSignal,
): Promise<void> {
  await cache.makeRoom(size);
  const candidates = new Set(urls);
  let last = new Refusal('audio-unreachable', 'no time left to fetch it');
  for (let attempt = 0; !deadline.aborted; attempt++) {
    for (const url of [...candidates]) {
      try {
        return await download({ url, size, sha256, part: cache.partOf(sha256), clock, signal: deadline });
      } catch (error) {
        if (!(error instanceof Refusal)) throw isNoSpace(error) ? new Refusal('no-space', '', { cause: error }) : error;
        // What the deadline cut short tells less than what was wrong before it.
        if (!deadline.aborted || attempt === 0) last = error;
        if (lasting.includes(error.code)) candidates.delete(url);
      }
    }
    if (candidates.size === 0) break;
    const rest = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0;
    await sleep(clock, rest * (0.5 + Math.random() / 2), deadline);
  }
  if (candidates.size === 0) await cache.discardPart(sha256);
  throw signal.aborted ? new Refusal('stopped') : last;
}

/** Decodes it once to the end. */
async function inspect(
  { sha256, durationMs }: AudioVariant,
  cache: Cache,
  ffmpeg: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ samples: number; head: Buffer }> {
  const beginning: Buffer[] = [];
  const headBytes = bytesOfMs(HEAD_MS);
  let bytes = 0;
  try {
    for await (const pcm of decode({ ffmpeg, file: cache.partOf(sha256), clock, signal })) {
      if (bytes < headBytes) beginning.push(pcm.subarray(0, headBytes - bytes));
      bytes += pcm.byteLength;
    }
  } catch (cause) {
    await cache.discardPart(sha256);
    throw new Refusal('audio-unplayable', cause instanceof Error ? cause.message : '', { cause });
  }
  if (signal.aborted) throw new Refusal('stopped');
  const samples = Math.floor(bytes / BYTES_PER_SAMPLE);
  const differs = Math.abs(msOfSamples(samples) - durationMs);
  if (samples === 0 || differs > Math.max(TOLERANCE_MS, durationMs * TOLERANCE)) {
    await cache.discardPart(sha256);
    throw new Refusal(
      'audio-unplayable',
      `${Math.round(msOfSamples(samples))} ms where ${durationMs} ms were announced`,
    );
  }
  return { samples, head: Buffer.concat(beginning) };
}
