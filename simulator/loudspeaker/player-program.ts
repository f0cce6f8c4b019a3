import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The stand-in for `aplay` of one virtual station. */
export interface PlayerProgram {
  /** What the agent starts; it ignores aplay's arguments. */
  readonly path: string;
  /** While busy, every player fails at once, as aplay does when another program holds the card. */
  setBusy(busy: boolean): Promise<void>;
}

/**
 * Writes the program. It passes its stdin to the card and ends with 0 when the card has played everything. The lock
 * gives it the kernel's own rule for a hardware device: one player at a time, free the instant that player dies.
 * What the card writes back only asks whether the player still lives, and goes nowhere.
 */
export async function writePlayerProgram(directory: string, socket: string): Promise<PlayerProgram> {
  const path = join(directory, 'aplay');
  const busyMark = join(directory, 'sound-card.busy');
  const lock = join(directory, 'sound-card.lock');
  const script = `#!/bin/sh
busy() { echo 'aplay: main:831: audio open error: Device or resource busy' >&2; exit 1; }
[ -e ${quoted(busyMark)} ] && busy
exec 9>${quoted(lock)}
flock -n 9 || busy
exec socat -t 600 - UNIX-CONNECT:${quoted(socket)} >/dev/null
`;
  await writeFile(path, script, { mode: 0o755 });
  return {
    path,
    setBusy: (busy) => (busy ? writeFile(busyMark, '') : rm(busyMark, { force: true })),
  };
}

const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;
