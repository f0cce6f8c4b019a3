import { chmod, open, rename, stat, writeFile } from 'node:fs/promises';

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
