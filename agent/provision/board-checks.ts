import { statfs } from 'node:fs/promises';
import { findFfmpeg } from '../audio/ffmpeg.ts';
import { tryWriting } from '../card/durable.ts';
import type { Finding } from './record.ts';

/** Below this the cache has no room for the recordings of a day. */
const LEAST_FREE_MB = 200;
const MB = 1_048_576;

/** Whether the card takes what is written to it, and has room. */
export async function checkDisk(state: string): Promise<Finding> {
  try {
    await tryWriting(state);
    const { bavail, bsize } = await statfs(state);
    const freeMB = Math.floor((bavail * bsize) / MB);
    return { code: freeMB < LEAST_FREE_MB ? 'disk-low' : 'disk-ok', freeMB };
  } catch (error) {
    return { code: 'disk-unwritable', folder: state, detail: (error as Error).message };
  }
}

export async function checkDecoder(configured: string | undefined): Promise<Finding> {
  const path = await findFfmpeg(configured);
  return path === undefined ? { code: 'decoder-missing' } : { code: 'decoder-ok', path };
}
