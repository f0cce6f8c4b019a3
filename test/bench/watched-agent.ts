import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../../simulator/process/child.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import type { Condition } from './probe.ts';

const AGENT = fileURLToPath(new URL('../../agent/main.js', import.meta.url));
const PROBE = new URL('probe.js', import.meta.url).href;
const CONDITION = 'condition ';

/** The agent as a process that says how it fares. */
export interface WatchedAgent {
  readonly child: Child;
  /** The worst of each since the start or the last call. */
  worst(): Condition;
}

/** Starts the real agent of a virtual station; the caller stops it. */
export function startWatchedAgent({ station, directory, configuration }: VirtualStation): WatchedAgent {
  let worst: Condition = { stallMs: 0, residentMB: 0, heapMB: 0 };
  const child = startChild({
    name: `loa-agent ${station}`,
    command: process.execPath,
    args: ['--max-semi-space-size=1', '--import', PROBE, AGENT, 'run', '--config', configuration],
    log: `${directory}/agent.log`,
    onLine: (line) => {
      if (!line.startsWith(CONDITION)) return;
      const { stallMs, residentMB, heapMB } = JSON.parse(line.slice(CONDITION.length)) as Condition;
      worst = {
        stallMs: Math.max(stallMs, worst.stallMs),
        residentMB: Math.max(residentMB, worst.residentMB),
        heapMB: Math.max(heapMB, worst.heapMB),
      };
    },
  });
  return {
    child,
    worst() {
      const found = worst;
      worst = { stallMs: 0, residentMB: 0, heapMB: 0 };
      return found;
    },
  };
}
