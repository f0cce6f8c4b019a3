import { open, readFile, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

const MB = 1_048_576;
/** Below the first the journal's reserve cannot be made again; the second holds a few hours of recordings. */
const FULL_MB = 16;
const SMALL_MB = 200;

/** Whether the state folder's card has room, takes writes, and has told the kernel of errors. */
export async function card({ configuration }: Pick<Patient, 'configuration'>): Promise<readonly Finding[]> {
  const { state } = configuration;
  // Told among the files.
  if ((await stat(state).catch(() => undefined)) === undefined) return [];
  const found: Finding[] = [];
  const failure = await writeFailure(state);
  if (failure !== undefined) found.push({ code: 'card/unwritable', detail: failure });
  const { bavail, bsize } = await statfs(state);
  const free = Math.floor((bavail * bsize) / MB);
  const detail = `${free} MB`;
  if (free < FULL_MB) found.push({ code: 'card/full', detail });
  else if (free < SMALL_MB) found.push({ code: 'card/small', detail });
  const errors = await ext4Errors(state);
  if (errors > 0) found.push({ code: 'card/errors', detail: String(errors) });
  return found.length > 0 ? found : [{ code: 'card/good', detail }];
}

async function writeFailure(state: string): Promise<string | undefined> {
  const path = join(state, `doctor-${process.pid}`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.write('.');
      await file.sync();
    } finally {
      await file.close();
    }
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/** What ext4 counts since it was last checked (Documentation/ABI/testing/sysfs-fs-ext4); 0 for other file systems. */
async function ext4Errors(state: string): Promise<number> {
  const { dev } = await stat(state);
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  const event = await readFile(`/sys/dev/block/${major}:${minor}/uevent`, 'utf8').catch(() => '');
  const [, name] = /^DEVNAME=(.+)$/m.exec(event) ?? [];
  return Number(await readFile(`/sys/fs/ext4/${name}/errors_count`, 'utf8').catch(() => 0));
}
