import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../../protocol/refusal.ts';
import { type Clock, sleep } from '../../clock/clock.ts';
import { BYTES_PER_MS, SAMPLE_RATE } from '../format.ts';
import type { Sink, SoundStream } from './port.ts';

/** Ahead of real time at most by this much, as a sound card's buffer would be. */
const BUFFER_MS = 500;

export interface WavOptions {
  readonly directory: string;
  readonly clock: Clock;
}

/**
 * Records instead of playing: one WAV file an airing, written no faster than it would sound, so that an airing takes
 * as long as on a sound card.
 */
export class WavSink implements Sink {
  readonly name = 'wav';
  readonly fault = undefined;
  readonly #options: WavOptions;
  #count = 0;

  constructor(options: WavOptions) {
    this.#options = options;
  }

  async open(): Promise<SoundStream> {
    const { directory, clock } = this.#options;
    const stamp = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '-');
    this.#count += 1;
    const file = await begin(directory, `${stamp}-${this.#count}.wav`);
    let bytes = 0;
    let startedAt: number | undefined;
    const aheadMs = () => bytes / BYTES_PER_MS - (clock.monotonic() - (startedAt ?? clock.monotonic()));
    const finish = async (length: number) => {
      try {
        await file.truncate(44 + length);
        await file.write(wavHeader(length), 0, 44, 0);
      } catch (cause) {
        throw unwritable(cause);
      } finally {
        await file.close();
      }
    };
    return {
      async write(pcm) {
        startedAt ??= clock.monotonic();
        try {
          await file.write(pcm, 0, pcm.byteLength, 44 + bytes);
        } catch (cause) {
          throw unwritable(cause);
        }
        bytes += pcm.byteLength;
        await sleep(clock, aheadMs() - BUFFER_MS);
      },
      async drain() {
        await sleep(clock, aheadMs());
        await finish(bytes);
      },
      async stop() {
        const unplayed = Math.max(0, Math.floor(aheadMs())) * BYTES_PER_MS;
        await finish(Math.max(0, bytes - unplayed)).catch(() => undefined);
      },
    };
  }

  async close(): Promise<void> {}
}

async function begin(directory: string, name: string): Promise<FileHandle> {
  try {
    await mkdir(directory, { recursive: true });
    const file = await open(join(directory, name), 'wx');
    await file.write(wavHeader(0), 0, 44, 0);
    return file;
  } catch (cause) {
    throw unwritable(cause);
  }
}

const unwritable = (cause: unknown): Refusal =>
  new Refusal('sound-card-failed', `the recording cannot be written: ${(cause as Error).message}`, { cause });

/** The 44 bytes before 48 kHz mono s16le PCM of `length` bytes (Microsoft RIFF WAVE, format 1). */
export function wavHeader(length: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(length, 40);
  return header;
}
