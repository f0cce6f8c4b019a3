import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';

const TAIL_LINES = 20;
const KEPT_LINES = 500;

export interface ChildOptions {
  /** For messages to people. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Everything it writes, both streams, is appended here. */
  readonly log: string;
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One program that we started and that never outlives us. */
export interface Child {
  readonly name: string;
  readonly pid: number | undefined;
  readonly running: boolean;
  /** Resolves when it has ended and all its output was read. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Its last lines. */
  tail(): string;
  /** The first line, past or to come, that `choose` makes something of. Rejects with ChildFailure on its end or the deadline. */
  line<T>(choose: (line: string) => T | undefined, deadlineMs: number): Promise<T>;
  /** Asks it to end and, when it does not, ends it. Resolves when it is gone; at once when it was. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** `ended`: it ran and should still run; `not-ready`: it runs but did not get ready in time; `failed`: it gave an error. */
export type FailureKind = 'ended' | 'not-ready' | 'failed';

/** A program did not do what it was started for. */
export class ChildFailure extends Error {
  override readonly name = 'ChildFailure';
  readonly child: string;
  readonly kind: FailureKind;
  /** The last that it said. */
  readonly tail: string;

  constructor(child: string, kind: FailureKind, tail: string) {
    super(`${child}: ${kind}${tail && `\n${tail}`}`);
    this.child = child;
    this.kind = kind;
    this.tail = tail;
  }
}

export function startChild(options: ChildOptions): Child {
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  const log = createWriteStream(options.log, { flags: 'a' });
  const child = spawn(options.command, [...options.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    // A group of its own: Ctrl-C in the terminal reaches us alone, and we end the others in order.
    detached: true,
  });

  const read = (stream: 'stdout' | 'stderr') => (line: string) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    log.write(`${line}\n`);
    options.onLine?.(line, stream);
    for (const look of waiting) look(line);
  };
  createInterface({ input: child.stdout }).on('line', read('stdout'));
  createInterface({ input: child.stderr }).on('line', read('stderr'));

  // Whatever ends us short of SIGKILL, nobody is left behind.
  const last = (): void => signal(child, 'SIGKILL');
  process.once('exit', last);
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      read('stderr')(error.message);
      resolve({ code: null, signal: null });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  }).then(async (exit) => {
    process.off('exit', last);
    log.end();
    await finished(log).catch(() => {});
    return exit;
  });
  let running = true;
  void exited.then(() => {
    running = false;
  });

  const tail = (): string => lines.slice(-TAIL_LINES).join('\n');

  return {
    name: options.name,
    pid: child.pid,
    get running() {
      return running;
    },
    exited,
    tail,
    line(choose, deadlineMs) {
      return new Promise((resolve, reject) => {
        const finish = (act: () => void): void => {
          clearTimeout(timer);
          waiting.delete(look);
          act();
        };
        const look = (line: string): void => {
          const chosen = choose(line);
          if (chosen !== undefined) finish(() => resolve(chosen));
        };
        const fail = (kind: FailureKind) => () => finish(() => reject(new ChildFailure(options.name, kind, tail())));
        const timer = setTimeout(fail('not-ready'), deadlineMs);
        waiting.add(look);
        for (const line of [...lines]) look(line);
        void exited.then(fail('ended'));
      });
    },
    async stop(graceMs = 5_000) {
      signal(child, 'SIGTERM');
      const timer = setTimeout(() => signal(child, 'SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      signal(child, 'SIGKILL');
      await exited;
    },
  };
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  // Before Node has said that a program could not be started it would signal whatever stands where its number should be.
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) child.kill(name);
}
