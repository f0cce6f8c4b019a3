import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UnreadableJournalError } from './storage.ts';

/** Journals that could not be opened are kept for whoever looks into it; so many, for they may be large. */
const KEPT = 2;
const MARK = '.broken-';

/**
 * Opens a journal; one that is damaged is put aside, renamed `journal.broken-<instant>`, and a new one is made in its
 * place. Gives the name that the damaged one has now. Whatever else keeps it from opening (another agent has it, the
 * card cannot be read or written, no permission) is thrown and changes nothing: it may be whole.
 */
export async function openOrSetAside<T>(
  directory: string,
  instant: string,
  open: () => Promise<T>,
): Promise<{ readonly opened: T; readonly setAside?: string }> {
  try {
    return { opened: await open() };
  } catch (error) {
    if (!(error instanceof UnreadableJournalError)) throw error;
    const earlier = await journalsSetAside(directory);
    for (const name of earlier.slice(0, Math.max(0, earlier.length - KEPT + 1))) {
      await rm(join(dirname(directory), name), { recursive: true, force: true });
    }
    const setAside = `${basename(directory)}${MARK}${instant.replaceAll(/[:.]/g, '-')}`;
    await rename(directory, join(dirname(directory), setAside));
    return { opened: await open(), setAside };
  }
}

/** Names of the journals that were set aside beside this one, the oldest first. */
export async function journalsSetAside(directory: string): Promise<readonly string[]> {
  const prefix = `${basename(directory)}${MARK}`;
  return (await readdir(dirname(directory))).filter((name) => name.startsWith(prefix)).sort();
}
