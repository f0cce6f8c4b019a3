import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A unix socket's path may have 107 bytes (unix(7)). */
const LONGEST = 107;

/**
 * Where a station's agent listens for its own technician: in its state folder, which nobody else may enter, or, where
 * that path is too long for a socket, under a name made of it in the folder for temporary files.
 */
export function controlAddress(state: string): string {
  const path = join(resolve(state), 'control.sock');
  if (Buffer.byteLength(path) <= LONGEST) return path;
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return join(tmpdir(), `loa-agent-${digest}.sock`);
}
