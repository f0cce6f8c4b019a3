import type { AudioVariant } from '../../protocol/order.ts';
import { Refusal, type RefusalCode } from '../../protocol/refusal.ts';
import { type Decoding, decode } from '../audio/ffmpeg.ts';
import { BYTES_PER_MS, BYTES_PER_SAMPLE, msOfSamples } from '../audio/format.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import { type Cache, headBytesOf, type Track } from './cache.ts';
import { download, isNoSpace } from './download.ts';

/** Announced and decoded length may differ by codec delay and rounding, not by more. */
const TOLERANCE_MS = 1_000;
const TOLERANCE = 0.02;
/** No decoder that works is slower than the sound itself. */
const DECODING_MARGIN_MS = 30_000;
const DECODER_TRIES = 5;
const RETRY_MS = [500, 1_000, 2_000, 5_000, 15_000, 30_000];
/** Asking the same server again cannot mend these. */
const lasting: readonly RefusalCode[] = [
  'audio-not-found',
  'audio-size-differs',
  'audio-hash-differs',
  'audio-address-forbidden',
  'no-space',
];

export interface Obtaining extends Pick<Decoding, 'onDecoder'> {
  readonly cache: Cache;
  readonly ffmpeg: string;
  readonly clock: Clock;
  /** Whose servers are believed besides those that everybody believes; PEM. */
  readonly authority?: string | undefined;
}

/** Does work that many want to do at a time when its turn comes. */
export type InTurn = <T>(work: () => Promise<T>, enough: AbortSignal) => Promise<T>;

/**
 * A playable recording: out of the cache, or fetched, verified and decoded to its end, so that what cannot be played is
 * refused before the amplifier is keyed. Keeps trying what may pass until `late` aborts, then rejects with the last
 * Refusal; with `stopped` when `signal` aborts.
 */
export async function obtain(
  variant: AudioVariant,
  { cache, ffmpeg, clock, authority, onDecoder }: Obtaining,
  late: AbortSignal,
  signal: AbortSignal,
  inTurn: InTurn = (work) => work(),
): Promise<Track> {
  const found = await cache.find(variant.sha256);
  if (found !== undefined) return found;
  const enough = AbortSignal.any([signal, late]);
  await fetchFromAny(variant, { cache, clock, authority, deadline: enough, signal, inTurn });
  for (let tries = 1; ; tries++) {
    try {
      const { samples, head } = await inTurn(
        () => inspect(variant, { cache, ffmpeg, clock, signal, onDecoder }),
        enough,
      );
      return await cache.keep(variant.sha256, samples, head);
    } catch (error) {
      if (isNoSpace(error)) throw new Refusal('no-space', '', { cause: error });
      // A decoder that crashed may be well again; the recording is verified and stays.
      if (!(error instanceof Refusal) || !error.code.startsWith('decoder-') || tries === DECODER_TRIES) throw error;
      await rest(tries, clock, enough);
      if (enough.aborted) throw error;
    }
  }
}

const rest = (attempt: number, clock: Clock, signal: AbortSignal): Promise<void> => {
  const ms = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0;
  return sleep(clock, ms * (0.5 + Math.random() / 2), signal);
};

interface Fetching {
  readonly cache: Cache;
  readonly clock: Clock;
  readonly authority: string | undefined;
  /** Aborts when it is late or off. */
  readonly deadline: AbortSignal;
  /** Aborts when it is off. */
  readonly signal: AbortSignal;
  readonly inTurn: InTurn;
}

async function fetchFromAny(
  { urls, size, sha256 }: AudioVariant,
  { cache, clock, authority, deadline, signal, inTurn }: Fetching,
): Promise<void> {
  await cache.makeRoom(size);
  const part = cache.partOf(sha256);
  const candidates = new Set(urls);
  let last = new Refusal('audio-unreachable', 'no time left to fetch it');
  for (let attempt = 0; !deadline.aborted; attempt++) {
    for (const url of [...candidates]) {
      try {
        return await inTurn(() => download({ url, size, sha256, part, clock, authority, signal: deadline }), deadline);
      } catch (error) {
        if (!(error instanceof Refusal)) throw isNoSpace(error) ? new Refusal('no-space', '', { cause: error }) : error;
        // What the deadline cut short tells less than what was wrong before it.
        if (!deadline.aborted || attempt === 0) last = error;
        if (lasting.includes(error.code)) candidates.delete(url);
      }
    }
    if (candidates.size === 0) break;
    await rest(attempt, clock, deadline);
  }
  if (candidates.size === 0) await cache.discardPart(sha256);
  throw signal.aborted ? new Refusal('stopped') : last;
}

/** Decodes it once to the end: how long it really is, and how it begins. */
async function inspect(
  { sha256, durationMs }: AudioVariant,
  { cache, ffmpeg, clock, signal, onDecoder }: Obtaining & { readonly signal: AbortSignal },
): Promise<{ samples: number; head: Buffer }> {
  const tolerance = Math.max(TOLERANCE_MS, durationMs * TOLERANCE);
  const mostBytes = (durationMs + tolerance) * BYTES_PER_MS;
  const slow = new AbortController();
  const cancel = clock.after(durationMs + DECODING_MARGIN_MS, () => slow.abort());
  const beginning: Buffer[] = [];
  let bytes = 0;
  try {
    const enough = AbortSignal.any([signal, slow.signal]);
    const decoding = { ffmpeg, file: cache.partOf(sha256), clock, signal: enough, onDecoder };
    for await (const pcm of decode(decoding)) {
      if (bytes < headBytesOf(Number.POSITIVE_INFINITY)) beginning.push(pcm);
      bytes += pcm.byteLength;
      if (bytes > mostBytes) break;
    }
    if (signal.aborted) throw new Refusal('stopped');
    if (slow.signal.aborted) throw new Refusal('decoder-hung', `not done after ${durationMs + DECODING_MARGIN_MS} ms`);
    const samples = Math.floor(bytes / BYTES_PER_SAMPLE);
    const differs = Math.abs(msOfSamples(samples) - durationMs);
    if (samples === 0 || differs > tolerance) {
      const found = `${bytes > mostBytes ? 'more than ' : ''}${Math.round(msOfSamples(samples))} ms`;
      throw new Refusal('audio-unplayable', `${found} where ${durationMs} ms were announced`);
    }
    return { samples, head: Buffer.concat(beginning).subarray(0, headBytesOf(samples)) };
  } catch (error) {
    if (error instanceof Refusal && error.code === 'audio-unplayable') await cache.discardPart(sha256);
    throw error;
  } finally {
    cancel();
  }
}
