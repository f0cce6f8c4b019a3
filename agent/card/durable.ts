import { chmod, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Replaces a file that nobody else may read, all or nothing, and on the card when it resolves. */
export async function writePrivate(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content, { mode: 0o600, flush: true });
  // The mode above counts only for a file that was not there.
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
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
  const file = await open(path, 'w', 0o600);
  try {
    await file.write('.');
    await file.sync();
  } finally {
    await file.close();
  }
  await rm(path);
}
