import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { USER } from '../../service/unit.ts';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Whether the agent can read what is its own, and nobody else can. */
export async function files({ configuration, config, system }: Patient): Promise<readonly Finding[]> {
  const { state, link, trust } = configuration;
  const key = join(state, 'station-key.json');
  const named = [state, link.certificate, trust.authority].flatMap((path) => path ?? []);
  const found = (await Promise.all([config, key, ...named].map(look))).flat();
  const owner = await system.run('id', '-u', USER);
  const foreign = async (path: string): Promise<readonly Finding[]> => {
    const { uid } = await stat(path).catch(() => ({ uid: Number(owner.stdout) }));
    return uid === Number(owner.stdout) ? [] : [{ code: 'files/foreign', detail: path }];
  };
  // Only a service has a user of its own.
  const installed = owner.code === 0 && (await exists(system.unitFile));
  const strangers = installed ? (await Promise.all([config, key, ...named].map(foreign))).flat() : [];
  // A station without a key makes one at its first start.
  const wrong = [...found, ...strangers].filter(
    ({ code, detail }) => code !== 'files/missing' || named.includes(detail),
  );
  return wrong.length > 0 ? wrong : [{ code: 'files/good', detail: `${config}, ${state}` }];
}

async function look(path: string): Promise<readonly Finding[]> {
  try {
    await access(path, constants.R_OK);
    const { mode } = await stat(path);
    return (mode & 0o077) === 0 ? [] : [{ code: 'files/open', detail: `${path} (${(mode & 0o777).toString(8)})` }];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return [{ code: code === 'ENOENT' ? 'files/missing' : 'files/denied', detail: path }];
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
