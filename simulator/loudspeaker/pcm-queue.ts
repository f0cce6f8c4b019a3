import { BYTES_PER_SAMPLE } from './format.ts';

/** Sound that was handed to the card and has not been played yet. */
export interface PcmQueue {
  /** Samples that wait. */
  readonly length: number;
  push(bytes: Buffer): void;
  /** Takes up to `count` samples, fewer when fewer wait. */
  take(count: number): Int16Array;
  clear(): void;
}

export function createPcmQueue(): PcmQueue {
  let waiting: Buffer[] = [];
  let bytes = 0;

  /** Copies the oldest `wanted` bytes out; chunks of a socket end anywhere, also in the middle of a sample. */
  const takeBytes = (wanted: number): Buffer => {
    const taken = Buffer.alloc(wanted);
    let filled = 0;
    while (filled < wanted) {
      const [first] = waiting;
      if (first === undefined) break;
      const copied = first.copy(taken, filled);
      filled += copied;
      if (copied === first.length) waiting.shift();
      else waiting[0] = first.subarray(copied);
    }
    bytes -= filled;
    return taken;
  };

  return {
    get length() {
      return Math.floor(bytes / BYTES_PER_SAMPLE);
    },
    push(chunk) {
      waiting.push(chunk);
      bytes += chunk.length;
    },
    take(count) {
      const samples = Math.min(count, Math.floor(bytes / BYTES_PER_SAMPLE));
      const taken = takeBytes(samples * BYTES_PER_SAMPLE);
      const sound = new Int16Array(samples);
      for (let i = 0; i < samples; i++) sound[i] = taken.readInt16LE(i * BYTES_PER_SAMPLE);
      return sound;
    },
    clear() {
      waiting = [];
      bytes = 0;
    },
  };
}
