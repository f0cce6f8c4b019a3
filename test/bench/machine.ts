import { execFile } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { promisify } from 'node:util';

/** What the figures were taken on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly node: string;
  readonly ffmpeg: string;
  /** Average of the last minute when the benchmark began: above 0.5 the figures are another's noise too. */
  readonly load: number;
}

export async function describeMachine(): Promise<Machine> {
  const { stdout } = await promisify(execFile)('ffmpeg', ['-version']);
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    ffmpeg: /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'unknown',
    load: loadavg()[0] ?? Number.NaN,
  };
}
