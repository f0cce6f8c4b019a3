import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Replaces a file that nobody else may read, all or nothing, and on the card when it resolves. */
export async function writePrivate(path: string, content: string): Promise<void> {
  await writeNew(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

/**
 * Whatever lay there before makes way: what a crash left, or a link to a file of root's, laid by the service's user for root
 * to write through.
 */
async function writeNew(path: string, content: string): Promise<void> {
  await rm(path, { force: true });
  // O_EXCL: it follows no link, should one be laid meanwhile.
  await writeFile(path, content, { flag: 'wx', mode: 0o600, flush: true });
}

/** Makes sure that what was made, renamed or deleted in a folder is so after a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Makes a folder of ours and writes something there, down to the card. Rejects with what keeps it from being written. */
export async function tryWriting(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'write-test');
  await writeNew(path, '.');
  await rm(path);
}
