import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Everything here works from the root of the project, wherever it was started. */
export const enterProject = () => process.chdir(root);

/**
 * Goes on as the compiled program, in this very process: a signal for the one is a signal for the other.
 * @param {string} program its path under dist/
 * @param {readonly string[]} args
 */
export async function become(program, ...args) {
  const file = join(root, 'dist', program);
  process.argv = [process.execPath, file, ...args];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(file).href);
}
