import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../clock/clock.ts';

/** How long an ended program's last words may take to come. */
const LAST_WORDS_MS = 500;

export interface ProcessEnd {
  /** Null when a signal ended it, or when it could not be started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly cause?: Error;
}

/**
 * Resolves when a program has ended and said its last words. `close` alone would wait for ever where the program was a
 * script whose own child still holds the pipes.
 */
export function endOf(child: ChildProcess, clock: Clock): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('error', (cause) => resolve({ code: null, signal: null, cause }));
    child.once('exit', (code, signal) => {
      const cancel = clock.after(LAST_WORDS_MS, () => {
        // Open pipes would keep our own process from ending for as long as that child lives. What a decoder has
        // written and nobody has read yet stays to be read.
        child.stdin?.destroy();
        child.stderr?.destroy();
        resolve({ code, signal });
      });
      child.once('close', () => {
        cancel();
        resolve({ code, signal });
      });
    });
  });
}

/**
 * Ends a program at once. One that could not be started is left alone: until Node has said so it would signal whatever stands
 * where the program's number should be, which may be 0, our whole process group, or somebody else.
 */
export function endNow(child: ChildProcess): void {
  if (child.pid !== undefined) child.kill('SIGKILL');
}

const CRASHES: readonly number[] = [126, 127, 132, 134, 135, 136, 137, 139];

/** Whether it was the program that failed and not what it was given: a signal (a shell says 128 + n), or no start at all. */
export const crashed = ({ code, signal, cause }: ProcessEnd): boolean =>
  cause !== undefined || signal !== null || (code !== null && CRASHES.includes(code));
