import { serviceState } from '../../service/install.ts';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** More than an update or two of the software. */
const MANY_RESTARTS = 3;

export async function service({ system }: Pick<Patient, 'system'>): Promise<readonly Finding[]> {
  const { installed, enabled, active, restarts = 0 } = await serviceState(system);
  if (!system.hasSystemd) return [{ code: 'service/no-systemd', detail: '' }];
  if (!installed) return [{ code: 'service/absent', detail: '' }];
  if (active !== 'active' || !enabled) return [{ code: 'service/off', detail: enabled ? active : 'disabled' }];
  if (restarts > MANY_RESTARTS) return [{ code: 'service/restarted', detail: String(restarts) }];
  return [{ code: 'service/good', detail: active }];
}
