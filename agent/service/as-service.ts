import { systemClock } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import { notifySystemd } from './notify.ts';
import { feedWatchdog } from './watchdog.ts';

export interface ServiceManager {
  /** The agent has begun: from now on its watchdog is fed for as long as `look` finds nothing that stands still. */
  begun(look: () => Promise<string | undefined>): Promise<void>;
  ending(): Promise<void>;
}

/** Often enough that one message may be lost. */
const FEEDINGS = 4;

/**
 * What systemd has to know of a service of Type=notify. Takes its variables out of the environment: the programs that
 * the agent starts are not to speak for it.
 */
export function asService(environment: NodeJS.ProcessEnv, log: Log): ServiceManager | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds } = environment;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name];
  if (socket === undefined) return undefined;
  const notify = notifySystemd(socket);
  const closing = new AbortController();
  const say = (...assignments: readonly string[]) =>
    notify(...assignments).catch((error: unknown) => log('error', 'service-manager-not-told', { assignments, error }));
  return {
    begun: async (look) => {
      await say('READY=1');
      if (microseconds === undefined) return;
      const everyMs = Number(microseconds) / 1_000 / FEEDINGS;
      void feedWatchdog({ notify, everyMs, look, clock: systemClock, log, signal: closing.signal });
    },
    ending: async () => {
      closing.abort();
      await say('STOPPING=1');
    },
  };
}
