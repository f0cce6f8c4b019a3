import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';

/** Where the set-up of the tests unpacks Debian's chrony. */
const unpacked = fileURLToPath(new URL('../../../node_modules/.cache/loa/chrony', import.meta.url));
const root = ['/', unpacked].find((folder) => existsSync(join(folder, 'usr/sbin/chronyd')));
const chronyd = join(root ?? '/', 'usr/sbin/chronyd');
const runs = root !== undefined && spawnSync(chronyd, ['-v']).status === 0;

/** Why tests with chrony cannot run here; false where they can. */
export const noChrony: string | false = runs ? false : 'chrony is not here';
export const chronyc = join(root ?? '/', 'usr/bin/chronyc');

export interface Chronyd {
  readonly ntpPort: number;
  /** What tells chronyc where to find it. */
  readonly address: readonly string[];
  kill(signal: NodeJS.Signals): void;
  close(): Promise<void>;
}

/** A chronyd of its own, which only looks at the system's clock and leaves it alone; on free loopback ports. */
export async function startChronyd(
  directives: (ntpPort: number) => string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Chronyd> {
  const folder = await mkdtemp(join(tmpdir(), 'loa-chrony-'));
  const [ntpPort, commandPort] = [await freePort(), await freePort()];
  const file = join(folder, 'chrony.conf');
  const own = ['bindaddress 127.0.0.1', `cmdport ${commandPort}`, 'bindcmdaddress 127.0.0.1', 'bindcmdaddress /'];
  await writeFile(file, [directives(ntpPort), ...own, `pidfile ${join(folder, 'pid')}`, ''].join('\n'));
  const args = ['-x', '-d', '-U', '-u', os.userInfo().username, '-f', file];
  const child = spawn(chronyd, args, { stdio: 'ignore', env: { ...process.env, ...environment } });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    ntpPort,
    address: ['-h', '127.0.0.1', '-p', String(commandPort)],
    kill: (signal) => void child.kill(signal),
    async close() {
      child.kill('SIGCONT');
      child.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
