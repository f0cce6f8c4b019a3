import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from './keys/files.ts';

/** Another centre runs on this data folder. */
export class DataInUseError extends Error {
  override readonly name = 'DataInUseError';
  readonly pid: number;

  constructor(path: string, pid: number) {
    super(`${path} is held by process ${pid}`);
    this.pid = pid;
  }
}

/**
 * Takes the data folder for this process: two on one embedded database would ruin it. A process that was killed leaves
 * its lock behind; it is known to be gone by its number together with its time of start. Returns the release.
 */
export function lockData(data: string): Promise<() => Promise<void>> {
  return lockFolder(data);
}

/** The same for any folder that only one process at a time may change. */
export async function lockFolder(data: string): Promise<() => Promise<void>> {
  const path = join(data, 'lock');
  const mine = `${process.pid} ${await startOf(process.pid)}\n`;
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(path, mine, { flag: 'wx', mode: 0o600 });
      return () => rm(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST') || attempt > 2) throw error;
    }
    const [pid = '', start = ''] = ((await readIfThere(path))?.toString('utf8') ?? '').trim().split(' ');
    if (start !== '' && (await startOf(Number(pid))) === start) throw new DataInUseError(path, Number(pid));
    await rm(path, { force: true });
  }
}

/** A process's start in clock ticks since boot, with the boot's id; '' where there is no such process. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    // The name in parentheses may hold blanks; the start is the twentieth field after it (proc(5)).
    return `${boot}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return '';
  }
}
