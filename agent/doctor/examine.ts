import { ConfigurationError, loadConfiguration } from '../configuration/load.ts';
import type { Configuration } from '../configuration/schema.ts';
import { NotRunningError } from '../control/client.ts';
import { control } from '../control/commands.ts';
import type { Status } from '../control/status.ts';
import { type System, thisSystem } from '../service/system.ts';
import { cache } from './checks/cache.ts';
import { card } from './checks/card.ts';
import { certificate } from './checks/certificate.ts';
import { clock } from './checks/clock.ts';
import { controller } from './checks/controller.ts';
import { files } from './checks/files.ts';
import { journal } from './checks/journal.ts';
import { link } from './checks/link.ts';
import { media } from './checks/media.ts';
import { service } from './checks/service.ts';
import { sound } from './checks/sound.ts';
import type { Finding } from './finding.ts';
import type { Examined, Patient } from './patient.ts';

/** Looks at everything, one after the other: some of it wants the sound card or the line for itself. */
export async function examine(config: string, system: System = thisSystem()): Promise<Examined> {
  let configuration: Configuration;
  try {
    configuration = await loadConfiguration(config);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const denied = (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EACCES';
    if (denied) return { findings: [{ code: 'files/denied', detail: config }] };
    return {
      findings: [
        { code: 'configuration/bad', detail: config, problems: error.problems },
        ...(await service({ system })),
      ],
    };
  }
  const findings: Finding[] = [{ code: 'configuration/good', detail: config }];
  const running = await statusOf(configuration);
  const patient: Patient = { configuration, config, running, system };
  const own = await files(patient);
  findings.push(...own);
  // What may not be read would be taken for what is broken.
  const denied = own.some(({ code }) => code === 'files/denied');
  const checks = denied ? [clock, service] : [...everything, service];
  for (const check of checks) {
    const failed = (error: Error): readonly Finding[] => [
      { code: 'doctor/failed', detail: `${check.name}: ${error.message}` },
    ];
    findings.push(...(await check(patient).catch(failed)));
  }
  for (const { name, severity, detail } of running?.alarms ?? []) {
    findings.push({ code: severity === 'critical' ? 'alarm/critical' : 'alarm/warning', detail: `${name}: ${detail}` });
  }
  return { findings, patient };
}

const everything = [clock, card, journal, cache, controller, sound, certificate, link, media];

async function statusOf({ state }: Configuration): Promise<Status | undefined> {
  try {
    const answer = await control(state, 'status', []);
    return answer.kind === 'status' ? answer.status : undefined;
  } catch (error) {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  }
}
