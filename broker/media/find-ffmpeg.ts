import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The ffmpeg to use: the configured one, the system's, or the one that an optional dependency brought. */
export async function findFfmpeg(configured: string | undefined): Promise<string> {
  if (configured !== undefined) return configured;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder !== '' && isProgram(join(folder, 'ffmpeg'))) return join(folder, 'ffmpeg');
  }
  try {
    const name = 'ffmpeg-static';
    const bundled: unknown = (await import(name)).default;
    if (typeof bundled === 'string' && isProgram(bundled)) return bundled;
  } catch {
    // Not installed: the plain name below gives the error that says so.
  }
  return 'ffmpeg';
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
