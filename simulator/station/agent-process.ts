import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../process/child.ts';

export const AGENT_PROGRAM = fileURLToPath(new URL('../../agent/main.js', import.meta.url));

/** The real agent as a process of its own, which can be ended in every way a board can. */
export interface AgentProcess {
  /** The running process, or the last one. */
  readonly child: Child | undefined;
  /** Starts it; refuses with an Error when it runs already. */
  start(): Child;
  /** Waits for the line that says that it is online. Rejects with ChildFailure on the deadline or its end. */
  online(deadlineMs?: number): Promise<void>;
  /** SIGTERM, and SIGKILL when that does not end it in five seconds. Does nothing when it does not run. */
  stop(): Promise<void>;
  /** SIGKILL, as a power cut would. */
  kill(): Promise<void>;
}

export interface AgentProcessOptions {
  readonly name: string;
  readonly configuration: string;
  readonly log: string;
  readonly onLine?: ((line: string) => void) | undefined;
  /** Another program than the agent's own, and what is added to its environment. */
  readonly program?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

export function prepareAgent(options: AgentProcessOptions): AgentProcess {
  let child: Child | undefined;
  return {
    get child() {
      return child;
    },
    start() {
      if (child?.running) throw new Error(`${options.name} runs already`);
      child = startChild({
        name: options.name,
        command: process.execPath,
        // As the program's own first line asks of Node.
        args: ['--max-semi-space-size=1', options.program ?? AGENT_PROGRAM, 'run', '--config', options.configuration],
        env: { ...process.env, ...options.environment },
        log: options.log,
        onLine: (line) => options.onLine?.(line),
      });
      return child;
    },
    async online(deadlineMs = 60_000) {
      if (child === undefined) throw new Error(`${options.name} was not started`);
      await child.line((line) => (/^info online\b/.test(line) ? true : undefined), deadlineMs);
    },
    async stop() {
      await child?.stop();
    },
    async kill() {
      await child?.kill();
    },
  };
}
