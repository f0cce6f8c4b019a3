import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Name and version of this program. */
export function software(): string {
  // Sources lie one folder deep in the package, compiled files two.
  const file = ['../package.json', '../../package.json']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find(existsSync);
  const version: unknown = file === undefined ? undefined : JSON.parse(readFileSync(file, 'utf8')).version;
  return `loa-broker ${typeof version === 'string' ? version : 'unknown'}`;
}
