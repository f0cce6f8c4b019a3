import { hostname } from 'node:os';

/** A URL of ours as others reach it: by the name that we were given, or this machine's where we listen everywhere. */
export function reachable(url: string, names: readonly string[]): string {
  const address = new URL(url);
  const name = names[0] ?? (['0.0.0.0', '[::]'].includes(address.hostname) ? hostname() : undefined);
  return name === undefined
    ? url
    : url.replace(address.host, `${name.includes(':') ? `[${name}]` : name}:${address.port}`);
}
