import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareAgent } from '../../simulator/station/agent-process.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import type { Figures } from './figures.ts';
import { residentMB } from './memory.ts';
import { names } from './names.ts';
import type { Stage } from './stage.ts';
import { startAgentProcess } from './start.ts';

const root = join(import.meta.dirname, '../../..');

/** The three ways in which one station's agent is started. */
export interface Ways {
  readonly plain: VirtualStation;
  readonly bundled: VirtualStation;
  readonly cached: VirtualStation;
}

/** Bundles the agent; its code cache is made when it ends for the first time. */
export function bundledWays({ restarted }: Stage): Ways {
  const { status } = spawnSync(process.execPath, ['simulator/setup/bundle.mjs'], { cwd: root, stdio: 'ignore' });
  if (status !== 0) throw new Error('the agent cannot be bundled');
  const [folder = ''] = readdirSync(join(root, 'dist/bundle')).filter((name) => !name.endsWith('.gz'));
  const program = join(root, 'dist/bundle', folder, 'agent/main.js');
  const started = (environment: Readonly<Record<string, string>>): VirtualStation => {
    const { configuration, directory } = restarted;
    const agent = prepareAgent({
      name: 'bundled',
      configuration,
      log: join(directory, 'agent.log'),
      program,
      environment,
    });
    return { ...restarted, agent };
  };
  const cache = mkdtempSync(join(tmpdir(), 'loa-code-cache-'));
  return { plain: restarted, bundled: started({}), cached: started({ CACHE_DIRECTORY: cache }) };
}

export async function bundledRound({ centre }: Stage, ways: Ways, figures: Figures): Promise<void> {
  const start = async (station: VirtualStation, startName: string, idleName: string) => {
    figures.add(startName, 'ms', await startAgentProcess(centre, station));
    figures.add(idleName, 'MB', await residentMB(station.agent.child?.pid));
    await station.agent.stop();
  };
  await start(ways.plain, names.start, names.idle);
  await start(ways.bundled, names.bundledStart, names.bundledIdle);
  await start(ways.cached, names.cachedStart, names.cachedIdle);
}
