import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of its own that is soon full; needs root. */
export interface SmallDisk {
  readonly path: string;
  /** Takes all room but so many bytes. */
  fill(leave: number): Promise<void>;
  free(): Promise<void>;
  close(): Promise<void>;
}

export const NEEDS_ROOT = 'only root may mount a file system';

/** Undefined where nothing may be mounted. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'loa-small-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  } catch {
    await rm(path, { recursive: true });
    return undefined;
  }
  const filler = join(path, 'somebody-elses');
  return {
    path,
    async fill(leave) {
      const file = await open(filler, 'w');
      try {
        const { bavail, bsize } = await statfs(path);
        const bytes = bavail * bsize - leave;
        for (let at = 0; at < bytes; at += 65_536) await file.write(Buffer.alloc(Math.min(65_536, bytes - at)));
      } catch (error) {
        // Somebody took the last of it meanwhile: then it is full.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rm(filler, { force: true }),
    close: async () => {
      await run('umount', ['-l', path]);
      await rm(path, { recursive: true });
    },
  };
}
