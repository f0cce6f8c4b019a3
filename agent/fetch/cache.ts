import { mkdir, readdir, readFile, rename, rm, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { integer } from '../../protocol/fields.ts';
import { Refusal } from '../../protocol/refusal.ts';
import { BYTES_PER_SAMPLE, bytesOfMs } from '../audio/format.ts';
import { syncDirectory } from '../card/durable.ts';

/** A recording that was verified, decoded to its end, and can be played. */
export interface Track {
  readonly sha256: string;
  readonly file: string;
  /** Length in samples at 48 kHz, counted by decoding it. */
  readonly samples: number;
  /**
   * Its beginning as 48 kHz mono s16le, so that the first sound waits for no decoder; empty where it cannot be read any
   * more. Not held by those who wait: thousands may.
   */
  head(): Promise<Buffer>;
}

/** Finds what this cache does not hold itself. */
type Elsewhere = (sha256: string) => Promise<Track | undefined>;

interface Held {
  readonly bytes: number;
  readonly headBytes: number;
  usedAt: number;
}

/** What is kept as PCM of every recording: ample for the decoder's start, 288 kB. */
const HEAD_MS = 3_000;
/** Heads kept in memory. */
const MOST_HEADS = 4;
/** Left free on the file system, for the journal above all: so much, or a twentieth of a small one. */
const RESERVE_BYTES = 16 * 1_048_576;
const RESERVE_SHARE = 0.05;

/** Length of the head of a recording of so many samples. */
export const headBytesOf = (samples: number): number => Math.min(bytesOfMs(HEAD_MS), samples * BYTES_PER_SAMPLE);

export const infoSchema = v.object({ samples: integer(1, Number.MAX_SAFE_INTEGER) });
const AUDIO = /^[0-9a-f]{64}$/;

/**
 * Content-addressed files: `<sha256>` the recording, `.head` its first seconds as PCM, `.info` what decoding told, and
 * `.part` while it is fetched. `.info` is written last and is what makes a recording playable: after a power cut there
 * is none for a file that was not verified to its end.
 */
export class Cache {
  readonly #directory: string;
  readonly #limitBytes: number;
  readonly #elsewhere: Elsewhere;
  readonly #held = new Map<string, Held>();
  readonly #needed = new Map<string, number>();
  /** Used lately, the latest last. */
  readonly #heads = new Map<string, Buffer>();

  private constructor(directory: string, limitBytes: number, elsewhere: Elsewhere) {
    this.#directory = directory;
    this.#limitBytes = limitBytes;
    this.#elsewhere = elsewhere;
  }

  static async open(
    directory: string,
    limitBytes: number,
    elsewhere: Elsewhere = async () => undefined,
  ): Promise<Cache> {
    await mkdir(directory, { recursive: true });
    const cache = new Cache(directory, limitBytes, elsewhere);
    const names = new Set(await readdir(directory));
    for (const name of names) {
      const [sha256 = ''] = name.split('.');
      if (!AUDIO.test(sha256) || (!names.has(`${sha256}.info`) && !name.endsWith('.part'))) {
        await rm(join(directory, name), { force: true });
      } else if (AUDIO.test(name)) {
        const { size, mtimeMs } = await stat(join(directory, name));
        const headBytes = await stat(join(directory, `${name}.head`)).then(
          (head) => head.size,
          () => 0,
        );
        cache.#held.set(name, { bytes: size, headBytes, usedAt: mtimeMs });
      }
    }
    return cache;
  }

  get files(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return [...this.#held.values()].reduce((sum, { bytes, headBytes }) => sum + bytes + headBytes, 0);
  }

  get limitBytes(): number {
    return this.#limitBytes;
  }

  partOf(sha256: string): string {
    return join(this.#directory, `${sha256}.part`);
  }

  /** Keeps a recording from eviction until the function returned is called. */
  need(sha256: string): () => void {
    this.#needed.set(sha256, (this.#needed.get(sha256) ?? 0) + 1);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const left = (this.#needed.get(sha256) ?? 1) - 1;
      if (left > 0) this.#needed.set(sha256, left);
      else this.#needed.delete(sha256);
    };
  }

  /** The recording, if it is here and playable. */
  async find(sha256: string): Promise<Track | undefined> {
    const held = this.#held.get(sha256);
    if (held === undefined) return this.#elsewhere(sha256);
    const file = join(this.#directory, sha256);
    try {
      const info = validate(infoSchema, JSON.parse(await readFile(`${file}.info`, 'utf8')));
      if (!this.#heads.has(sha256)) this.#keepHead(sha256, await readFile(`${file}.head`));
      if (!info.ok || (await stat(file)).size !== held.bytes) return await this.#drop(sha256);
      const now = new Date();
      held.usedAt = now.getTime();
      // A full or read-only card must not keep us from playing what it holds.
      await utimes(file, now, now).catch(() => undefined);
      return this.#track(sha256, info.value.samples);
    } catch {
      return await this.#drop(sha256);
    }
  }

  /** Takes over a downloaded, verified `.part` with what decoding told of it. */
  async keep(sha256: string, samples: number, head: Buffer): Promise<Track> {
    const file = join(this.#directory, sha256);
    try {
      await writeFile(`${file}.head`, head, { flush: true });
      await rename(this.partOf(sha256), file);
      await writeFile(`${file}.info`, JSON.stringify({ samples }), { flush: true });
      await syncDirectory(this.#directory);
    } catch (error) {
      await this.#drop(sha256);
      throw error;
    }
    const { size } = await stat(file);
    this.#held.set(sha256, { bytes: size, headBytes: head.byteLength, usedAt: Date.now() });
    this.#keepHead(sha256, head);
    return this.#track(sha256, samples);
  }

  /**
   * Makes room for a recording of `bytes` by giving up what nobody needs: first what was never fetched to its end, then
   * what was used longest ago. What is needed may exceed the cache's limit, but not the disk: rejects with Refusal
   * `no-space` rather than take the journal's room.
   */
  async makeRoom(bytes: number): Promise<void> {
    const wanted = bytes + bytesOfMs(HEAD_MS);
    if (await this.#fits(wanted)) return;
    await this.#dropParts();
    const oldestFirst = [...this.#held].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [sha256] of oldestFirst) {
      if (await this.#fits(wanted)) return;
      if (!this.#needed.has(sha256)) await this.#drop(sha256);
    }
    const room = await this.#diskRoom();
    if (room < wanted) throw new Refusal('no-space', `${wanted} bytes where ${Math.max(0, room)} may be used`);
  }

  /** Gives up everything that nobody needs: the journal lacks room. */
  async giveWay(): Promise<void> {
    await this.#dropParts();
    for (const sha256 of [...this.#held.keys()]) if (!this.#needed.has(sha256)) await this.#drop(sha256);
  }

  #track(sha256: string, samples: number): Track {
    const file = join(this.#directory, sha256);
    return { sha256, file, samples, head: () => this.#head(sha256) };
  }

  async #head(sha256: string): Promise<Buffer> {
    const kept = this.#heads.get(sha256);
    const head = kept ?? (await readFile(join(this.#directory, `${sha256}.head`)).catch(() => Buffer.alloc(0)));
    if (head.byteLength > 0) this.#keepHead(sha256, head);
    return head;
  }

  #keepHead(sha256: string, head: Buffer): void {
    this.#heads.delete(sha256);
    this.#heads.set(sha256, head);
    const [oldest] = this.#heads.keys();
    if (oldest !== undefined && this.#heads.size > MOST_HEADS) this.#heads.delete(oldest);
  }

  async #fits(bytes: number): Promise<boolean> {
    return this.bytes + bytes <= this.#limitBytes && (await this.#diskRoom()) >= bytes;
  }

  /** Bytes that the cache may still take of its file system. */
  async #diskRoom(): Promise<number> {
    const { blocks, bavail, bsize } = await statfs(this.#directory);
    return bavail * bsize - Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
  }

  async #dropParts(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      const sha256 = name.slice(0, -'.part'.length);
      if (name.endsWith('.part') && !this.#needed.has(sha256)) await this.discardPart(sha256);
    }
  }

  async discardPart(sha256: string): Promise<void> {
    await rm(this.partOf(sha256), { force: true });
  }

  async #drop(sha256: string): Promise<undefined> {
    this.#held.delete(sha256);
    this.#heads.delete(sha256);
    // What makes it playable goes first.
    for (const ending of ['.info', '.head', '']) await rm(join(this.#directory, sha256 + ending), { force: true });
  }
}
