import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { initKeys } from '../../broker/keys/key-store.ts';
import { MediaStore } from '../../broker/media/store.ts';
import { type Child, startChild } from '../../simulator/process/child.ts';

const PROGRAM = fileURLToPath(new URL('../../broker/main.js', import.meta.url));
const START_DEADLINE_MS = 60_000;
const ANSWER_DEADLINE_MS = 10_000;
const readyLine = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ ready: v.literal(true), mqtt: v.string(), http: v.string() }),
);

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The real `loa-broker run` with its embedded broker and database, which can be killed and started on its ports. */
export class CentreProcess {
  readonly root: string;
  readonly data: string;
  readonly #log: string;
  readonly #database: string | undefined;
  /** Times at which it ended by itself. */
  readonly crashes: string[] = [];
  #child: Child | undefined;
  #expectedEnd = false;
  #mqtt = 'mqtt://127.0.0.1:0';
  #http = 'http://127.0.0.1:0';
  #token = '';

  private constructor(directory: string, root: string, database: string | undefined) {
    this.root = root;
    this.data = join(directory, 'centre');
    this.#log = join(directory, 'centre.log');
    this.#database = database;
  }

  /** `database`: a PostgreSQL URL in place of the embedded database. */
  static async start(directory: string, centre: string, database?: string): Promise<CentreProcess> {
    const { root } = await initKeys(join(directory, 'centre'), centre);
    const process = new CentreProcess(directory, root, database);
    try {
      await process.start();
    } catch (error) {
      await process.kill();
      throw error;
    }
    return process;
  }

  get mqtt(): string {
    return this.#mqtt;
  }

  get running(): boolean {
    return this.#child?.running ?? false;
  }

  /** Starts it, after the first time on the same ports; resolves when it is ready. */
  async start(): Promise<void> {
    const port = (url: string): string => new URL(url).port;
    this.#expectedEnd = false;
    const child = startChild({
      name: 'loa-broker',
      command: process.execPath,
      args: [
        // Plain, for what passes on the wire is read and judged.
        ...[PROGRAM, 'run', '--data', this.data, '--plain', '--json'],
        ...['--mqtt-port', port(this.#mqtt), '--http-port', port(this.#http)],
        ...(this.#database === undefined ? [] : ['--database', this.#database]),
      ],
      log: this.#log,
    });
    this.#child = child;
    void child.exited.then(({ code, signal }) => {
      if (this.#expectedEnd) return;
      this.crashes.push(`${new Date().toISOString()} ended by itself (${signal ?? code}): ${child.tail().slice(-600)}`);
    });
    const ready = await child.line((line) => {
      const parsed = line.startsWith('{') ? v.safeParse(readyLine, line) : undefined;
      return parsed?.success ? parsed.output : undefined;
    }, START_DEADLINE_MS);
    this.#mqtt = ready.mqtt;
    this.#http = ready.http;
    this.#token = (await readFile(join(this.data, 'api-token'), 'utf8')).trim();
  }

  async kill(): Promise<void> {
    this.#expectedEnd = true;
    await this.#child?.kill();
  }

  async stop(): Promise<void> {
    this.#expectedEnd = true;
    await this.#child?.stop();
  }

  /** Puts a finished recording where `loa-broker media add` would; returns its SHA-256. */
  async addRecording(wav: Buffer, durationMs: number): Promise<string> {
    const store = new MediaStore(join(this.data, 'media'));
    return store.withWorkFolder(async (folder) => {
      const file = join(folder, 'recording.wav');
      await writeFile(file, wav);
      return (await store.adopt(file, { durationMs, mime: 'audio/wav', language: 'vi' })).sha256;
    });
  }

  /** One request to the API. Rejects when nobody answers. */
  async call(path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.#http + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
    });
    return { status: response.status, body: await response.json() };
  }
}
