import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';

/**
 * The text of a file in the station's own folder. Follows no link: the service's user could have laid one to a file that
 * only root may read, and the doctor is root. Rejects where it cannot be read.
 */
export const readOwn = (path: string): Promise<string> =>
  readFile(path, { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK });
