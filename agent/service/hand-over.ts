import { constants } from 'node:fs';
import { chmod, chown, type FileHandle, mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Configuration } from '../configuration/schema.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface HandOverOptions {
  readonly configuration: Pick<Configuration, 'state' | 'link' | 'trust' | 'audio'>;
  /** The configuration file. */
  readonly config: string;
  readonly owner: Owner;
}

/**
 * Makes the state the service's own, and nobody else's to read; the configuration it may read and not change, for it says
 * which files root is to hand over and which programs to try. For root.
 */
export async function handOver({ configuration, config, owner }: HandOverOptions): Promise<void> {
  const { state, link, trust, audio } = configuration;
  const folders = [state, ...(audio.sink === 'wav' && audio.directory !== undefined ? [audio.directory] : [])];
  for (const folder of folders) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await give(folder, owner);
  }
  for (const file of [link.certificate, trust.authority]) if (file !== undefined) await give(file, owner);
  await chown(config, 0, owner.gid);
  await chmod(config, 0o640);
}

/**
 * What root has just written into a service's files becomes the service's: an enrolment, or a renewal by hand. Whose they
 * are tells the state folder.
 */
export async function handOverAgain(options: Omit<HandOverOptions, 'owner'>): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(options.configuration.state);
  if (uid !== 0) await handOver({ ...options, owner: { uid, gid } });
}

/** Never follows a link: the service's user could have laid one to a file of root's, or lay one meanwhile. */
export async function give(path: string, owner: Owner): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A link; a socket; a file that the configuration names and that is not there.
    if (code === 'ELOOP' || code === 'ENXIO' || code === 'ENOENT') return;
    throw error;
  }
  try {
    const found = await handle.stat();
    if (found.isFile() && found.nlink > 1) return;
    if (found.uid !== owner.uid || found.gid !== owner.gid) await handle.chown(owner.uid, owner.gid);
    const mode = found.isDirectory() ? 0o700 : 0o600;
    if ((found.mode & 0o777) !== mode) await handle.chmod(mode);
    if (!found.isDirectory()) return;
    // By the open folder and not by its name, where another could lie by now.
    const itself = `/proc/self/fd/${handle.fd}`;
    for (const name of await readdir(itself)) await give(join(itself, name), owner);
  } finally {
    await handle.close();
  }
}
