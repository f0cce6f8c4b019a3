import { BYTES_PER_MS, BYTES_PER_SAMPLE } from '../../../agent/audio/format.ts';
import type { Sink, SoundStream } from '../../../agent/audio/sinks/port.ts';
import { type Clock, sleep } from '../../../agent/clock/clock.ts';
import { Refusal } from '../../../protocol/refusal.ts';

/**
 * A programme's sound says which it is and where: its samples are numbered in cells of 10 ms. Every other sample is what
 * lacks to WHOLE, so that neither silence nor what is fading is taken for a programme.
 */
const CELL_BYTES = 10 * BYTES_PER_MS;
const CELLS = 300;
const MOST_PROGRAMMES = 50;
const WHOLE = 30_000;

export function programmeSound(programme: number, seconds: number): Buffer {
  if (programme >= MOST_PROGRAMMES || seconds > 3) throw new Error('cannot be told apart');
  const pcm = Buffer.alloc(seconds * 1_000 * BYTES_PER_MS);
  for (let at = 0; at < pcm.byteLength; at += 2 * BYTES_PER_SAMPLE) {
    const value = programme * CELLS + Math.floor(at / CELL_BYTES);
    pcm.writeInt16LE(value, at);
    pcm.writeInt16LE(WHOLE - value, at + BYTES_PER_SAMPLE);
  }
  return pcm;
}

interface Written {
  readonly pcm: Buffer;
  readonly at: number;
}

/** What was heard of every programme, whatever agent played it: how often each of its cells, parts of them included. */
export class Heard {
  readonly #cells = new Map<number, number[]>();

  of(programme: number, seconds: number): readonly number[] {
    const heard = this.#cells.get(programme) ?? [];
    return Array.from({ length: seconds * 100 }, (_, cell) => heard[cell] ?? 0);
  }

  /** Takes what sounded until `until`. */
  add(written: readonly Written[], until: number): void {
    for (const { pcm, at } of written) {
      const heard = pcm.subarray(0, Math.max(0, Math.floor(until - at)) * BYTES_PER_MS);
      for (let byte = 0; byte + BYTES_PER_SAMPLE < heard.byteLength; byte += 2 * BYTES_PER_SAMPLE) {
        const [one, other] = [heard.readInt16LE(byte), heard.readInt16LE(byte + BYTES_PER_SAMPLE)];
        const value = Math.min(one, other);
        if (one + other !== WHOLE) continue;
        const cells = this.#cells.get(Math.floor(value / CELLS)) ?? [];
        cells[value % CELLS] = (cells[value % CELLS] ?? 0) + (2 * BYTES_PER_SAMPLE) / CELL_BYTES;
        this.#cells.set(Math.floor(value / CELLS), cells);
      }
    }
  }
}

/** A sound card that plays by a clock that tests control; it can be out of order. */
export class PuppetLoudspeaker implements Sink {
  readonly name = 'puppet';
  readonly fault = undefined;
  works = true;
  /** Streams that were heard to their end. */
  drained = 0;
  readonly #clock: Clock;
  readonly #heard: Heard;
  readonly #open = new Map<SoundStream, Written[]>();

  constructor(clock: Clock, heard: Heard) {
    this.#clock = clock;
    this.#heard = heard;
  }

  /** Streams that sound now; more than one is a mess. */
  get sounding(): number {
    return [...this.#open.values()].filter((written) => written.length > 0).length;
  }

  async open(): Promise<SoundStream> {
    this.#check();
    const clock = this.#clock;
    const written: Written[] = [];
    const endsAt = () => {
      const last = written.at(-1);
      return last === undefined ? clock.monotonic() : last.at + last.pcm.byteLength / BYTES_PER_MS;
    };
    const end = () => {
      if (this.#open.delete(stream)) this.#heard.add(written, clock.monotonic());
    };
    const stream: SoundStream = {
      write: async (pcm) => {
        this.#check();
        written.push({ pcm: Buffer.from(pcm), at: Math.max(clock.monotonic(), endsAt()) });
      },
      drain: async () => {
        await sleep(clock, endsAt() - clock.monotonic());
        this.#check();
        end();
        this.drained += 1;
      },
      stop: async () => end(),
    };
    this.#open.set(stream, written);
    return stream;
  }

  /** The power is cut: what sounds falls silent. */
  cut(): void {
    for (const written of this.#open.values()) this.#heard.add(written, this.#clock.monotonic());
    this.#open.clear();
  }

  async close(): Promise<void> {}

  #check(): void {
    if (!this.works) throw new Refusal('sound-card-failed', 'a test says so');
  }
}
