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
  const secret = [key, ...named];
  // The service's group reads the configuration, which stays root's: it says what root is to do.
  const found = (await Promise.all([look(config, 0o027), ...secret.map((path) => look(path, 0o077))])).flat();
  const owner = await system.run('id', '-u', USER);
  const foreign = async (path: string, of: number): Promise<readonly Finding[]> => {
    const { uid } = await stat(path).catch(() => ({ uid: of }));
    return uid === of ? [] : [{ code: 'files/foreign', detail: path }];
  };
  // Only a service has a user of its own.
  const installed = owner.code === 0 && (await exists(system.unitFile));
  const service = Number(owner.stdout);
  const owned = [foreign(config, 0), ...secret.map((path) => foreign(path, service))];
  const strangers = installed ? (await Promise.all(owned)).flat() : [];
  // A station without a key makes one at its first start.
  const wrong = [...found, ...strangers].filter(
    ({ code, detail }) => code !== 'files/missing' || named.includes(detail),
  );
  return wrong.length > 0 ? wrong : [{ code: 'files/good', detail: `${config}, ${state}` }];
}

/** `closed`: what must not be in its mode. */
async function look(path: string, closed: number): Promise<readonly Finding[]> {
  try {
    await access(path, constants.R_OK);
    const { mode } = await stat(path);
    return (mode & closed) === 0 ? [] : [{ code: 'files/open', detail: `${path} (${(mode & 0o777).toString(8)})` }];
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
