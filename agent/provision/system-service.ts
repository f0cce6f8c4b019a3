import { handOverAgain } from '../service/hand-over.ts';
import { installService, serviceState } from '../service/install.ts';
import { ServiceError } from '../service/service-error.ts';
import { type System, thisSystem, UNIT } from '../service/system.ts';
import { serviceWords } from '../service/words.ts';
import type { Language } from '../words.ts';
import type { Service } from './service-step.ts';
import { existingConfiguration } from './write-configuration.ts';

/** The service of this machine's systemd. */
export function systemService(system: System = thisSystem()): Service {
  const control = async (verb: 'start' | 'stop') => {
    const { code, stderr } = await system.run('systemctl', verb, UNIT);
    if (code !== 0) throw new ServiceError('program-failed', `systemctl ${verb}: ${stderr.trim()}`);
  };
  return {
    possible: system.hasSystemd,
    active: async () => ['active', 'activating'].includes((await serviceState(system)).active),
    stop: async () => {
      // However this process ends, killed too, the station runs again; systemd waits for that where nothing kills it.
      const again = `tail --pid=${process.pid} -f /dev/null; exec systemctl start ${UNIT}`;
      await system.run('systemd-run', '--collect', `--unit=loa-agent-again-${process.pid}`, 'sh', '-c', again);
      await control('stop');
    },
    start: async (config) => {
      // What was written meanwhile as root would be closed to it.
      const configuration = await existingConfiguration(config);
      if (configuration !== undefined) await handOverAgain({ configuration, config });
      await control('start');
    },
    install: async (config) => (await installService({ config, system })).unit,
  };
}

/** What the service's errors say to a technician. */
export const explainService =
  (language: Language) =>
  (error: unknown): string => {
    if (error instanceof ServiceError) return serviceWords(language).failed(error);
    return error instanceof Error ? error.message : String(error);
  };
