import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Loaded into an agent's process with `--import`: says every quarter of a second how it fares, on its standard output. */
export interface Condition {
  /** The longest that the event loop stood still since the last time, in milliseconds. */
  readonly stallMs: number;
  readonly residentMB: number;
  readonly heapMB: number;
}

const EVERY_MS = 250;
const RESOLUTION_MS = 5;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
setInterval(() => {
  const { rss, heapUsed } = process.memoryUsage();
  const condition: Condition = { stallMs: delay.max / 1e6, residentMB: rss / 2 ** 20, heapMB: heapUsed / 2 ** 20 };
  delay.reset();
  process.stdout.write(`condition ${JSON.stringify(condition)}\n`);
}, EVERY_MS).unref();
