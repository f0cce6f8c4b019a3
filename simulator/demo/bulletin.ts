import { fileURLToPath } from 'node:url';

/** Path of a recording that is kept with the sources, seen from the compiled file. */
export const bulletin = (file: string): string =>
  fileURLToPath(new URL(`../../../simulator/demo/bulletins/${file}`, import.meta.url));
