import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the service's commands need of the machine; tests hand in their own. */
export interface System {
  /** Runs a program to its end; one that is not there ends with 127. Never rejects. */
  run(program: string, ...args: readonly string[]): Promise<Ended>;
  readonly isRoot: boolean;
  /** Whether systemd runs this machine: sd_booted(3). */
  readonly hasSystemd: boolean;
  /** Where the unit lies. */
  readonly unitFile: string;
}

export const UNIT = 'loa-agent.service';

export const thisSystem = (): System => ({
  run: (program, ...args) =>
    new Promise((resolve) => {
      execFile(program, args, { env: { ...process.env, LC_ALL: 'C' } }, (error, stdout, stderr) => {
        const failure = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
        resolve({ code: failure, stdout, stderr });
      });
    }),
  isRoot: process.getuid?.() === 0,
  hasSystemd: existsSync('/run/systemd/system'),
  unitFile: `/etc/systemd/system/${UNIT}`,
});
