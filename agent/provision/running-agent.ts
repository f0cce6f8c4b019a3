import type { Log } from '../log.ts';

/**
 * Runs the station's program inside this one, where no service does: it ends with this command, and its relays' lease with
 * it. Loaded only here, since a set-up with a service never needs it.
 */
export async function runAgentHere(file: string, log: Log): Promise<{ close(): Promise<void> }> {
  const { loadConfiguration } = await import('../configuration/load.ts');
  const { startAgent } = await import('../agent.ts');
  return startAgent({ configuration: await loadConfiguration(file), log });
}
