import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Refusal } from '../../protocol/refusal.ts';
import type { Clock } from '../clock/clock.ts';
import { discard, requestAudio } from './request.ts';

/** A server that gives less than this in a window is as good as dead: 2 KiB in 10 s. */
const WINDOW_MS = 10_000;
const LEAST_IN_WINDOW = 2_048;

export interface Download {
  readonly url: string;
  readonly size: number;
  readonly sha256: string;
  /** Where the bytes go; what is there already is taken up where it ended. */
  readonly part: string;
  readonly clock: Clock;
  readonly authority: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Fetches one recording into `part`: never more than `size` bytes, hashed as it lies on the disk, and synced.
 * Rejects with a Refusal; what is worth resuming is left in `part`, what is not is cut to nothing.
 */
export async function download({ url, size, sha256, part, clock, authority, signal }: Download): Promise<void> {
  const file = await open(part, 'a+');
  try {
    const begun = (await file.stat()).size;
    if (begun > size) await file.truncate(0);
    const from = begun > size ? 0 : begun;
    if (from < size) await receive({ url, size, from, file, clock, authority, signal });
    const digest = await hashFile(part);
    if (digest !== sha256) {
      await file.truncate(0);
      throw new Refusal('audio-hash-differs', url);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

interface Receiving {
  readonly url: string;
  readonly size: number;
  readonly from: number;
  readonly file: FileHandle;
  readonly clock: Clock;
  readonly authority: string | undefined;
  readonly signal: AbortSignal;
}

async function receive({ url, size, from, file, clock, authority, signal }: Receiving): Promise<void> {
  const slow = new AbortController();
  let windowStart = from;
  let received = from;
  let cancel = () => {};
  const watch = () => {
    cancel = clock.after(WINDOW_MS, () => {
      if (received - windowStart < LEAST_IN_WINDOW) return slow.abort();
      windowStart = received;
      watch();
    });
  };
  watch();
  try {
    const response = await requestAudio({ url, from, authority, signal: AbortSignal.any([signal, slow.signal]) });
    if (from > 0 && !continues(response.headers.get('content-range'), from, size)) {
      // This server begins anew, and so do we.
      await file.truncate(0);
      received = 0;
      windowStart = 0;
    }
    const announced = Number(response.headers.get('content-length') ?? size - received);
    if (announced !== size - received) {
      discard(response);
      throw new Refusal('audio-size-differs', `${announced} bytes where ${size - received} are due`);
    }
    for await (const chunk of (response.body ?? []) as AsyncIterable<Buffer>) {
      received += chunk.byteLength;
      if (received > size) {
        await file.truncate(0);
        throw new Refusal('audio-size-differs', `more than ${size} bytes`);
      }
      await file.write(chunk);
    }
    if (received !== size) throw new Refusal('audio-unreachable', `ended after ${received} of ${size} bytes`);
  } catch (cause) {
    if (cause instanceof Refusal && !slow.signal.aborted) throw cause;
    if (isNoSpace(cause)) throw new Refusal('no-space', '', { cause });
    throw new Refusal(slow.signal.aborted ? 'audio-too-slow' : 'audio-unreachable', url, { cause });
  } finally {
    cancel();
  }
}

const continues = (range: string | null, from: number, size: number): boolean =>
  range === `bytes ${from}-${size - 1}/${size}`;

export const isNoSpace = (error: unknown): boolean =>
  error instanceof Error && ['ENOSPC', 'EDQUOT', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');

/** In hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
