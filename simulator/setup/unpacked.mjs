import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { say } from './words.mjs';

/**
 * Fetches a Debian package and unpacks it beside the npm packages: nothing is installed, nobody need be root. For what
 * Debian would not install beside what a machine has, as chrony would remove systemd-timesyncd. Where it cannot be had,
 * the tests that need it are skipped.
 */
export function unpackDebianPackage(name, program, { vi, en }) {
  const folder = join('node_modules/.cache/loa', name);
  if (existsSync(join('/', program)) || existsSync(join(folder, program)) || !existsSync('/usr/bin/apt-get')) return;
  say(`Lấy gói Debian ${name}, không cài: ${vi}`, `Fetching the Debian package ${name}, not installed: ${en}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const quietly = { cwd: folder, stdio: 'ignore' };
  run('apt-get', ['-q', 'download', name], quietly);
  const archive = readdirSync(folder).find((file) => file.endsWith('.deb'));
  if (archive !== undefined && run('dpkg-deb', ['-x', archive, '.'], quietly)) return;
  rmSync(folder, { recursive: true, force: true });
  say(`Không lấy được ${name}.`, `${name} cannot be had.`);
}
