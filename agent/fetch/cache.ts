import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { integer } from '../../protocol/fields.ts';

/** A recording that was verified, decoded to its end, and can be played. */
export interface Track {
  readonly sha256: string;
  readonly file: string;
  /** Length in samples at 48 kHz, counted by decoding it. */
  readonly samples: number;
  /** Its beginning as 48 kHz mono s16le, so that the first sound waits for no decoder. */
  readonly head: Buffer;
}

interface Held {
  readonly bytes: number;
  usedAt: number;
}

const infoSchema = v.object({ samples: integer(1, Number.MAX_SAFE_INTEGER) });
const AUDIO = /^[0-9a-f]{64}$/;

/**
 * Content-addressed files: `<sha256>` the recording, `.head` its first seconds as PCM, `.info` what decoding told, and
 * `.part` while it is fetched. `.info` is written last and is what makes a recording playable: after a power cut there
 * is none for a file that was not verified to its end.
 */
export class Cache {
  readonly #directory: string;
  readonly #limitBytes: number;
  readonly #held = new Map<string, Held>();
  readonly #needed = new Map<string, number>();

  private constructor(directory: string, limitBytes: number) {
    this.#directory = directory;
    this.#limitBytes = limitBytes;
  }

  static async open(directory: string, limitBytes: number): Promise<Cache> {
    await mkdir(directory, { recursive: true });
    const cache = new Cache(directory, limitBytes);
    const names = new Set(await readdir(directory));
    for (const name of names) {
      const [sha256 = ''] = name.split('.');
      if (!AUDIO.test(sha256) || (!names.has(`${sha256}.info`) && !name.endsWith('.part'))) {
        await rm(join(directory, name), { force: true });
      } else if (AUDIO.test(name)) {
        const { size, mtimeMs } = await stat(join(directory, name));
        cache.#held.set(name, { bytes: size, usedAt: mtimeMs });
      }
    }
    return cache;
  }

  get files(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return [...this.#held.values()].reduce((sum, { bytes }) => sum + bytes, 0);
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
    if (held === undefined) return undefined;
    const file = join(this.#directory, sha256);
    try {
      const info = validate(infoSchema, JSON.parse(await readFile(`${file}.info`, 'utf8')));
      const head = await readFile(`${file}.head`);
      if (!info.ok || (await stat(file)).size !== held.bytes) return await this.#drop(sha256);
      const now = new Date();
      held.usedAt = now.getTime();
      // A full or read-only card must not keep us from playing what it holds.
      await utimes(file, now, now).catch(() => undefined);
      return { sha256, file, samples: info.value.samples, head };
    } catch {
      return await this.#drop(sha256);
    }
  }

  /** Takes over a downloaded, verified `.part` with what decoding told of it. */
  async keep(sha256: string, samples: number, head: Buffer): Promise<Track> {
    const file = join(this.#directory, sha256);
    await writeFile(`${file}.head`, head);
    await rename(this.partOf(sha256), file);
    await writeSynced(`${file}.info`, JSON.stringify({ samples }));
    await syncDirectory(this.#directory);
    const { size } = await stat(file);
    this.#held.set(sha256, { bytes: size, usedAt: Date.now() });
    return { sha256, file, samples, head };
  }

  /** Makes room for `bytes` more by giving up what was used longest ago and is not needed. */
  async makeRoom(bytes: number): Promise<void> {
    const oldestFirst = [...this.#held].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [sha256] of oldestFirst) {
      if (this.bytes + bytes <= this.#limitBytes) return;
      if (!this.#needed.has(sha256)) await this.#drop(sha256);
    }
  }

  async discardPart(sha256: string): Promise<void> {
    await rm(this.partOf(sha256), { force: true });
  }

  async #drop(sha256: string): Promise<undefined> {
    this.#held.delete(sha256);
    for (const ending of ['.info', '.head', '']) await rm(join(this.#directory, sha256 + ending), { force: true });
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
