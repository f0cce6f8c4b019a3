import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the service's commands need of the machine; tests hand in their own. */
export interface System {
  /**
   * Runs a program to its end, up to 64 MiB of what it prints. One that cannot be started ends with 127, one that was
   * killed with 1. Never rejects.
   */
  run(program: string, ...args: readonly string[]): Promise<Ended>;
  readonly isRoot: boolean;
  /** Whether systemd runs this machine: sd_booted(3). */
  readonly hasSystemd: boolean;
  /** Where the unit lies. */
  readonly unitFile: string;
}

export const UNIT = 'loa-agent.service';

/** The log of some days is many megabytes. */
const MAX_OUTPUT = 64 * 1_048_576;

export const thisSystem = (): System => ({
  run: (program, ...args) =>
    new Promise((resolve) => {
      const options = { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: MAX_OUTPUT };
      execFile(program, args, options, (error, stdout, stderr) => resolve({ code: codeOf(error), stdout, stderr }));
    }),
  isRoot: process.getuid?.() === 0,
  hasSystemd: existsSync('/run/systemd/system'),
  unitFile: `/etc/systemd/system/${UNIT}`,
});

function codeOf(error: ExecFileException | null): number {
  if (error === null) return 0;
  if (typeof error.code === 'number') return error.code;
  const wasStarted = error.signal != null || error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
  return wasStarted ? 1 : 127;
}
