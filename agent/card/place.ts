import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalInUseError } from '../book/storage.ts';
import { controlAddress } from '../control/address.ts';
import { somebodyListens } from '../control/client.ts';
import type { Log } from '../log.ts';
import { tryWriting } from './durable.ts';
import { foundMemoryFolders, makeMemoryFolder } from './memory-folder.ts';

/** Where the agent writes. */
export interface Place {
  readonly folder: string;
  /** Why that is not the state folder but one in memory. */
  readonly unwritable?: string;
  /** Gives memory back, once nothing in it is still to be told. */
  forget(): Promise<void>;
}

/**
 * The state folder, or a folder in memory where that one cannot be written [P-94]. Whatever else is wrong with it (no
 * permission, no room) is told by what opens it. Throws JournalInUseError when an agent of this state folder
 * runs in the other place, and an Error when there is no place at all.
 */
export async function choosePlace(state: string, log: Log): Promise<Place> {
  const failure = await writeFailure(state);
  const left = await foundMemoryFolders(state);
  for (const other of failure === undefined ? left : [state]) {
    // The journal's lock tells of those in the same place.
    if (await somebodyListens(controlAddress(other))) throw new JournalInUseError(join(other, 'journal'));
  }
  if (failure !== undefined) return placeInMemory(state, failure, log);
  for (const folder of left) await forget(folder);
  return { folder: state, forget: async () => {} };
}

/** In place of a state folder where nothing can be written, for that reason. Throws an Error when no memory can be had. */
export async function placeInMemory(state: string, failure: Error, log: Log): Promise<Place> {
  const folder = await makeMemoryFolder(state);
  if (folder === undefined) throw new Error(`${state} cannot be written, nor can any memory`, { cause: failure });
  log('error', 'running-from-memory', { folder, error: failure });
  // LevelDB's own words say only that it could not be opened.
  const { message } = failure.cause instanceof Error ? failure.cause : failure;
  return { folder, unwritable: message, forget: () => forget(folder) };
}

/** Somebody else's folder stays. */
const forget = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);

/** The kernel's word that the card is done for: it mounts a failing one read-only, or each write fails. */
async function writeFailure(state: string): Promise<Error | undefined> {
  try {
    await tryWriting(state);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EROFS' || code === 'EIO' ? (error as Error) : undefined;
  }
}
