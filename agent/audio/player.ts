import { Refusal } from '../../protocol/refusal.ts';
import { type Clock, sleep, withDeadline } from '../clock/clock.ts';
import { BYTES_PER_MS, BYTES_PER_SAMPLE, bytesOfMs } from './format.ts';
import { applyGain } from './gain.ts';
import type { Meter } from './meter.ts';
import type { Stretch } from './programme.ts';
import type { SoundStream } from './sinks/port.ts';

/** Ahead of real time at most by this much: what is interrupted falls silent soon, and the progress told is true. */
export const LEAD_MS = 300;
const BLOCK_MS = 100;
/** The sink took nothing for so long: it hangs. Below the relays' lease, which lapses without progress. */
const STUCK_MS = 2_500;
/** Beyond what is still to be heard, a sink may take this long to finish. */
const DRAIN_MARGIN_MS = 2_500;

export interface Playing {
  readonly stretches: AsyncIterable<Stretch>;
  readonly stream: SoundStream;
  readonly factor: number;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called after every block the sink took, at least ten times a second; its failure ends the playback. */
  readonly onProgress: () => Promise<void>;
  readonly onFirstSound: () => void;
}

export interface Played {
  /** Samples of the programme that were played, without chime and gaps. */
  readonly samples: number;
  /** False when the signal ended it. */
  readonly whole: boolean;
}

/**
 * Plays to the end or until the signal aborts; then the stream is stopped and what was not yet heard does not count.
 * Rejects with a Refusal of the decoder, the sink, or `onProgress`; the stream is stopped then too.
 */
export async function play(playing: Playing): Promise<Played> {
  const { stretches, stream, clock, signal, meter, factor } = playing;
  let startedAt: number | undefined;
  let sentBytes = 0;
  let countedBytes = 0;
  const aheadMs = () => (startedAt === undefined ? 0 : sentBytes / BYTES_PER_MS - (clock.monotonic() - startedAt));
  const heard = (whole: boolean): Played => {
    const unheard = whole ? 0 : bytesOfMs(Math.max(0, aheadMs()));
    return { samples: Math.max(0, countedBytes - unheard) / BYTES_PER_SAMPLE, whole };
  };
  let finished = false;
  try {
    for await (const { pcm, counts } of stretches) {
      for (const block of blocksOf(pcm)) {
        if (signal.aborted) return heard(false);
        await withDeadline(clock, STUCK_MS, stream.write(applyGain(block, factor)), stuck);
        if (startedAt === undefined) {
          startedAt = clock.monotonic();
          playing.onFirstSound();
        }
        sentBytes += block.byteLength;
        if (counts) {
          countedBytes += block.byteLength;
          meter.add(block);
        }
        await playing.onProgress();
        await sleep(clock, aheadMs() - LEAD_MS, signal);
      }
    }
    if (signal.aborted) return heard(false);
    const aborted = new Promise<false>((resolve) =>
      signal.addEventListener('abort', () => resolve(false), { once: true }),
    );
    const drained = stream.drain().then((): true => true);
    drained.catch(() => undefined);
    finished = await withDeadline(clock, aheadMs() + DRAIN_MARGIN_MS, Promise.race([drained, aborted]), stuck);
    return heard(finished);
  } finally {
    if (!finished) await stream.stop();
  }
}

const stuck = (): Refusal => new Refusal('sound-card-failed', 'it takes no more sound');

function* blocksOf(pcm: Buffer): Generator<Buffer> {
  const size = bytesOfMs(BLOCK_MS);
  for (let at = 0; at < pcm.byteLength; at += size) yield pcm.subarray(at, at + size);
}
