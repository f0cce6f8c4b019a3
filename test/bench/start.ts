import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeState } from '../../protocol/state.ts';
import { topics } from '../../protocol/topics.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import type { BenchCentre } from './centre.ts';
import { CENTRE } from './centre-name.ts';
import { first } from './first.ts';
import { residentMB } from './memory.ts';

/** After this everything of a start is over: the line is greeted, the waiting player is proven. */
const QUIET_MS = 400;

/** Milliseconds from starting the agent's process to its state `online` at the broker; leaves it running and quiet. */
export async function startAgentProcess(centre: BenchCentre, { station, agent }: VirtualStation): Promise<number> {
  const isOnline = ({ topic, payload }: { topic: string; payload: Buffer }): boolean => {
    if (topic !== topics.from(CENTRE, station, 'state')) return false;
    const state = decodeState(payload);
    return state.ok && state.value.state === 'online';
  };
  const online = first(`${station} to come online`, centre.listen, isOnline);
  const startedAt = performance.now();
  const child = agent.start();
  const { at } = await online;
  await child.line((line) => (/^info line-up\b/.test(line) ? true : undefined), 10_000);
  await delay(QUIET_MS);
  return at - startedAt;
}

/** Milliseconds of `node -e 0`, from its start to its end. */
export async function nodeStartAndEnd(): Promise<number> {
  const startedAt = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - startedAt;
}

/** Megabytes of a Node process that does nothing. */
export async function nodeAlone(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("."); setInterval(() => {}, 1e6)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  await once(child.stdout, 'data');
  const resident = await residentMB(child.pid);
  child.kill();
  await gone;
  return resident;
}
