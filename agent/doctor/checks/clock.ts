import { systemSynchronisation } from '../../clock/synchronisation.ts';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

export async function clock({ running }: Pick<Patient, 'running'>): Promise<readonly Finding[]> {
  const by = await systemSynchronisation();
  const now = new Date().toISOString();
  if (by !== undefined) return [{ code: 'clock/good', detail: `${now}, ${by.split(' ')[0]}` }];
  if (running?.clock === 'trusted') return [{ code: 'clock/by-centre', detail: running.now }];
  return [{ code: 'clock/untrusted', detail: now }];
}
