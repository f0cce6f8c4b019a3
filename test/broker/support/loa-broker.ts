import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

const main = fileURLToPath(new URL('../../../broker/main.js', import.meta.url));
const readySchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ ready: v.literal(true), mqtt: v.string(), http: v.string() }),
);

export interface Result {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `loa-broker` to its end. LOA_LANG of whoever runs the tests is left out. */
export async function loaBroker(...parameters: string[]): Promise<Result> {
  const child = start(parameters);
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [status] = await once(child, 'close');
  return { status, out, err };
}

/** `loa-broker run --json` as a process of its own. */
export class RunningCentre {
  readonly mqtt: string;
  readonly http: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ready: { mqtt: string; http: string }) {
    this.#child = child;
    this.mqtt = ready.mqtt;
    this.http = ready.http;
  }

  static async start(data: string, ...more: string[]): Promise<RunningCentre> {
    const child = start(['run', '--data', data, '--json', '--mqtt-port', '0', '--http-port', '0', '--plain', ...more]);
    child.stderr?.resume();
    if (child.stdout === null) throw new Error('no stdout');
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    return new RunningCentre(child, v.parse(readySchema, line));
  }

  /** Ends it and returns its exit status, null where the signal ended it. */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    this.#child.kill(signal);
    const [status] = await once(this.#child, 'exit');
    return status;
  }
}

function start(parameters: string[]): ChildProcess {
  const { LOA_LANG: _, ...env } = process.env;
  return spawn(process.execPath, ['--enable-source-maps', main, ...parameters], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
