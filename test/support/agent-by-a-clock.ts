import { readFile } from 'node:fs/promises';
import { loadConfiguration } from '../../agent/configuration/load.ts';
import { startAgent, streamLog } from '../../agent/entry.ts';

/**
 * The agent as a program, but for what the operating system says of its clock: that is what the file named by
 * SYNCHRONISATION holds, and nothing when it is empty. Started as `run --config FILE`.
 */
const [, , , , configuration = ''] = process.argv;
const file = process.env.SYNCHRONISATION ?? '';
const agent = await startAgent({
  configuration: await loadConfiguration(configuration),
  log: streamLog(process.stderr, 'info'),
  synchronisation: async () => (await readFile(file, 'utf8').catch(() => '')) || undefined,
});
process.once('SIGTERM', () => {
  void agent.close().then(() => process.exit(0));
});
