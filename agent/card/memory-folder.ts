import { createHash } from 'node:crypto';
import { lstat, mkdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Memory first; the folder for temporary files is memory on some boards. */
const PARENTS = ['/dev/shm', tmpdir()];

/** Where the agent of this state folder keeps its state while it cannot write there, if it does; most likely first. */
const memoryFolders = (state: string): readonly string[] => {
  const digest = createHash('sha256').update(resolve(state)).digest('hex').slice(0, 16);
  return PARENTS.map((parent) => join(parent, `loa-agent-${digest}`));
};

/** Those that are there and were made by root or by the owner of the state folder: anybody may make one of that name. */
export async function foundMemoryFolders(state: string): Promise<readonly string[]> {
  const owner = await stat(state).then(
    ({ uid }) => uid,
    () => undefined,
  );
  const trusted = await Promise.all(
    memoryFolders(state).map((folder) =>
      lstat(folder).then(
        (found) => found.isDirectory() && (found.uid === 0 || found.uid === owner),
        () => false,
      ),
    ),
  );
  return memoryFolders(state).filter((_, at) => trusted[at]);
}

/**
 * A private folder in memory for the agent of this state folder: the one that it left behind when it died, or a new one.
 * The name is its own, so that two agents meet at the journal's lock and a dead one's is not left lying in memory.
 * Undefined where none can be had.
 */
export async function makeMemoryFolder(state: string): Promise<string | undefined> {
  for (const folder of memoryFolders(state)) if (await isOurs(folder)) return folder;
  return undefined;
}

async function isOurs(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  const found = await lstat(folder);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
}
