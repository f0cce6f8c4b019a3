import { Agent } from 'node:https';
import fetch from 'node-fetch';
import { readIdentity } from '../../link/identity.ts';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

const DEADLINE_MS = 8_000;
/** Where `loa-broker run` serves recordings unless told otherwise. */
const PORT = 8443;

/** Whether recordings could be fetched from where a centre usually has them; any answer will do. */
export async function media({ configuration }: Pick<Patient, 'configuration'>): Promise<readonly Finding[]> {
  const { protocol, hostname } = new URL(configuration.link.url);
  if (protocol !== 'mqtts:') return [];
  const url = `https://${hostname}:${PORT}/`;
  try {
    const { authority } = await readIdentity(configuration);
    const agent = new Agent({ minVersion: 'TLSv1.3', ...(authority !== undefined && { ca: authority }) });
    await fetch(url, { method: 'HEAD', agent, redirect: 'manual', signal: AbortSignal.timeout(DEADLINE_MS) });
    return [{ code: 'media/good', detail: url }];
  } catch (error) {
    return [{ code: 'media/failed', detail: (error as Error).message }];
  }
}
