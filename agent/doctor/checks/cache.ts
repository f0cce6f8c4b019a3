import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

const RECORDING = /^[0-9a-f]{64}$/;

export async function cache({ configuration }: Pick<Patient, 'configuration'>): Promise<readonly Finding[]> {
  const folder = join(configuration.state, 'cache');
  const names = (await readdir(folder).catch(() => [])).filter((name) => RECORDING.test(name));
  // One may be given up at this moment.
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const megabytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1_048_576);
  return [{ code: 'cache/good', detail: `${names.length}, ${megabytes} / ${configuration.cache.limitMB} MB` }];
}
