import { Refusal } from '../../protocol/refusal.ts';
import { type Clock, sleep, withDeadline } from '../clock/clock.ts';
import { BYTES_PER_MS, BYTES_PER_SAMPLE, bytesOfMs } from './format.ts';
import { applyGain, applyRamp } from './gain.ts';
import type { Meter } from './meter.ts';
import type { Stretch } from './programme.ts';
import type { SoundStream } from './sinks/port.ts';

/** Ahead of real time at most by this much: what is interrupted falls silent soon, and the progress told is true. */
export const LEAD_MS = 500;
const BLOCK_MS = 100;
/** A fade comes after what is sent already: together well below a second. */
const FADE_BLOCKS = 2;
/** The sink took nothing for so long: it hangs. Below the relays' lease, which lapses without progress. */
const STUCK_MS = 2_500;
/**
 * With less than this left a stopped programme is let finish. The sink may be further than we know: it could have been
 * heard in full, and would be begun again [P-61].
 */
const LAST_MOMENT_MS = 250;
/**
 * What a sink took it may play this much later than it should: on a busy machine its process waits for its turn, and
 * nothing tells [P-96]. Until it was drained so much is not counted as heard, and a resumed airing repeats it.
 */
export const UNSURE_MS = 500;
/** Beyond what is still to be heard, a sink may take this long to finish. */
const DRAIN_MARGIN_MS = 2_500;

export interface Playing {
  readonly stretches: AsyncIterable<Stretch>;
  readonly stream: SoundStream;
  readonly factor: number;
  readonly meter: Meter;
  readonly clock: Clock;
  /** Silences it at once, unless it is in its last moment. */
  readonly signal: AbortSignal;
  /** Lets it fade out. */
  readonly fade: AbortSignal;
  /**
   * Called after every block the sink took, at least ten times a second, with the samples of the programme that were
   * sent and that were heard; its failure ends the playback.
   */
  readonly onProgress: (sent: number, heard: number) => Promise<void>;
  readonly onFirstSound: () => void;
}

export interface Played {
  /** Samples of the programme that were played, without chime and gaps. */
  readonly samples: number;
  /** False when a signal or a failure ended it. */
  readonly whole: boolean;
  /** What went wrong: the decoder's, the sink's or `onProgress`'s. */
  readonly failure?: unknown;
  /** It ended when all was sent and should have been heard but for a moment: nobody knows whether it was. */
  readonly perhapsWhole?: true;
}

/**
 * Plays to the end, until the signal aborts, or until something fails; then the stream is stopped, and what may not have
 * been heard yet does not count. Never rejects: what was heard before a failure is as true as the failure.
 */
export async function play(playing: Playing): Promise<Played> {
  const { stretches, stream, clock, signal, fade, meter, factor } = playing;
  /**
   * Monotonic instant by which all that was sent will have been heard. A sink that ran dry for a moment is that much
   * later for good: what it was not given in time it did not play.
   */
  let heardBy: number | undefined;
  let countedBytes = 0;
  const aheadMs = () => (heardBy === undefined ? 0 : Math.max(0, heardBy - clock.monotonic()));
  let sent = false;
  let drained = false;
  const heard = (whole: boolean): Played => {
    const unheard = drained ? 0 : bytesOfMs(aheadMs() + UNSURE_MS);
    return { samples: Math.max(0, countedBytes - unheard) / BYTES_PER_SAMPLE, whole };
  };
  let fault: string | undefined;
  let volume = 1;
  try {
    sound: for await (const { pcm, counts } of stretches) {
      for (const block of blocksOf(pcm)) {
        if (signal.aborted) return heard(false);
        if (volume <= 0) break sound;
        const next = fade.aborted ? volume - 1 / FADE_BLOCKS : volume;
        const sent = next < volume ? applyRamp(block, volume * factor, next * factor) : applyGain(block, factor);
        volume = next;
        await withDeadline(clock, STUCK_MS, stream.write(sent), stuck);
        if (heardBy === undefined) playing.onFirstSound();
        heardBy = Math.max(heardBy ?? 0, clock.monotonic()) + block.byteLength / BYTES_PER_MS;
        if (counts) {
          countedBytes += block.byteLength;
          meter.add(sent);
        }
        await playing.onProgress(countedBytes / BYTES_PER_SAMPLE, heard(false).samples);
        await sleep(clock, aheadMs() - LEAD_MS, signal);
      }
    }
    if (signal.aborted) return heard(false);
    sent = volume === 1;
    const aborted = new Promise<false>((resolve) => {
      const abort = () => {
        const leftMs = aheadMs();
        if (leftMs > LAST_MOMENT_MS) resolve(false);
        else clock.after(leftMs + LAST_MOMENT_MS, () => resolve(false));
      };
      signal.addEventListener('abort', abort, { once: true });
    });
    const draining = stream.drain().then((): true => true);
    draining.catch(() => undefined);
    drained = await withDeadline(clock, aheadMs() + DRAIN_MARGIN_MS, Promise.race([draining, aborted]), stuck);
    // On a busy machine it falls silent later than it was told to.
    const perhapsWhole = !drained && sent && aheadMs() <= UNSURE_MS;
    return { ...heard(drained && volume === 1), ...(perhapsWhole && { perhapsWhole }) };
  } catch (failure) {
    if (failure instanceof Refusal && failure.code === 'sound-card-failed') fault = failure.detail;
    return { ...heard(false), failure, ...(sent && aheadMs() <= LAST_MOMENT_MS && { perhapsWhole: true }) };
  } finally {
    if (!drained) await stream.stop(fault);
  }
}

const stuck = (): Refusal => new Refusal('sound-card-failed', 'it takes no more sound');

function* blocksOf(pcm: Buffer): Generator<Buffer> {
  const size = bytesOfMs(BLOCK_MS);
  for (let at = 0; at < pcm.byteLength; at += size) yield pcm.subarray(at, at + size);
}
