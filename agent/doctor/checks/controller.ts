import { createHardware } from '../../hardware/open-hardware.ts';
import type { Hardware } from '../../hardware/ports.ts';
import { silentLog } from '../../log.ts';
import type { Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Longer than a line takes to open, and to give up twice. */
const DEADLINE_MS = 6_000;

/** What the running agent says of its line; without one the controller is asked, which opens every relay. */
export async function controller(patient: Pick<Patient, 'configuration' | 'running'>): Promise<readonly Finding[]> {
  const { configuration, running } = patient;
  const { hardware, zones } = configuration;
  if (hardware.driver === 'none') return [{ code: 'controller/none', detail: 'none' }];
  const line = hardware.line ?? '';
  if (running !== undefined) {
    const { state, roundTripMs } = running.line ?? {};
    if (state === 'up') return [{ code: 'controller/good', detail: `${line}, ${roundTripMs?.toFixed(1) ?? '?'} ms` }];
    return [{ code: 'controller/silent', detail: line }];
  }
  const wiring = zones.map(({ id, relay }) => ({ zone: id, ...(relay !== undefined && { relay }) }));
  const device = createHardware({ ...hardware, zones: wiring, log: silentLog });
  try {
    const why = await firstWord(device);
    if (why !== undefined) return [{ code: 'controller/silent', detail: `${line}: ${why}` }];
    const { firmware } = await device.readings();
    return [{ code: 'controller/good', detail: [line, ...(firmware === undefined ? [] : [firmware])].join(', ') }];
  } catch (error) {
    return [{ code: 'controller/silent', detail: `${line}: ${(error as Error).message}` }];
  } finally {
    await device.close();
  }
}

/** Undefined when it answers, else why not. */
function firstWord(device: Hardware): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('no answer'), DEADLINE_MS);
    const stopListening = device.listen((event) => {
      if (event.type !== 'up' && event.type !== 'down') return;
      clearTimeout(timer);
      stopListening();
      resolve(event.type === 'up' ? undefined : event.refusal.message);
    });
    device.open();
  });
}
