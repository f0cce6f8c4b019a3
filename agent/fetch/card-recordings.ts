import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { validate } from '../../protocol/decode.ts';
import { infoSchema, type Track } from './cache.ts';
import { hashFile } from './download.ts';

/**
 * Finds recordings in a cache's folder that can be read but not written. The card is failing, so each is hashed anew:
 * what cannot be read to its end, or is not what it was, is fetched again.
 */
export function recordingsOnCard(directory: string): (sha256: string) => Promise<Track | undefined> {
  return async (sha256) => {
    const file = join(directory, sha256);
    try {
      const info = validate(infoSchema, JSON.parse(await readFile(`${file}.info`, 'utf8')));
      if (!info.ok || (await hashFile(file)) !== sha256) return undefined;
      const head = () => readFile(`${file}.head`).catch(() => Buffer.alloc(0));
      return { sha256, file, samples: info.value.samples, head };
    } catch {
      return undefined;
    }
  };
}
