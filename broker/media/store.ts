import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { integer, language, sha256 } from '../../protocol/fields.ts';
import { parseJson } from '../../protocol/json.ts';
import { MAX_AUDIO_BYTES, MAX_AUDIO_MS } from '../../protocol/limits.ts';
import { readIfThere, writePrivateFile } from '../keys/files.ts';

/** What an order must say of a recording. */
const recordingSchema = v.strictObject({
  sha256,
  size: integer(1, MAX_AUDIO_BYTES),
  durationMs: integer(1, MAX_AUDIO_MS),
  mime: v.string(),
  language,
});
export type Recording = v.InferOutput<typeof recordingSchema>;

/** Recordings under the name of their content: a file never changes, and the same recording is kept once. */
export class MediaStore {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  pathOf(hash: string): string {
    return join(this.directory, hash);
  }

  /** What is known of a recording; undefined where it is not in the store. */
  async find(hash: string): Promise<Recording | undefined> {
    if (!v.is(sha256, hash)) return undefined;
    const bytes = await readIfThere(`${this.pathOf(hash)}.json`);
    if (bytes === undefined) return undefined;
    const parsed = parseJson(bytes);
    const checked = parsed.ok ? validate(recordingSchema, parsed.value) : parsed;
    return checked.ok ? checked.value : undefined;
  }

  /** Moves a finished file of the same file system into the store; its description last, since that is what is looked for. */
  async adopt(file: string, facts: Pick<Recording, 'durationMs' | 'mime' | 'language'>): Promise<Recording> {
    const hash = await hashFile(file);
    const { size } = await stat(file);
    const recording: Recording = { sha256: hash, size, ...facts };
    const handle = await open(file, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(file, this.pathOf(hash));
    await writePrivateFile(`${this.pathOf(hash)}.json`, JSON.stringify(recording));
    return recording;
  }

  /** Runs `work` with a folder of its own on the store's file system, and removes the folder afterwards. */
  async withWorkFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = join(this.directory, `.work-${process.pid}-${Math.random().toString(36).slice(2)}`);
    await mkdir(folder, { recursive: true });
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
