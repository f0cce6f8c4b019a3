import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fetchBy from 'node-fetch';
import { type Centre, type CentreOptions, startCentre } from '../../../broker/centre.ts';
import { initKeys } from '../../../broker/keys/key-store.ts';
import type { LogFields } from '../../../broker/log.ts';
import { importPublicKey } from '../../../protocol/keys.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the field that it is about
  readonly body: any;
}

/** A whole centre `vinh-phuc` in a temporary folder, on free ports, with its log for the tests to read. */
export class TestCentre {
  static readonly id = 'vinh-phuc';
  readonly data: string;
  readonly root: string;
  readonly events: { level: string; event: string; fields: LogFields }[] = [];
  #centre: Centre | undefined;

  private constructor(data: string, root: string) {
    this.data = data;
    this.root = root;
  }

  static async start(options: Partial<CentreOptions> = {}): Promise<TestCentre> {
    const data = await mkdtemp(join(tmpdir(), 'loa-centre-'));
    const { root } = await initKeys(data, TestCentre.id);
    const test = new TestCentre(data, root);
    await test.open(options);
    return test;
  }

  get running(): Centre {
    if (this.#centre === undefined) throw new Error('the centre is not running');
    return this.#centre;
  }

  get mqttUrl(): string {
    return this.running.mqttUrl;
  }

  get httpUrl(): string {
    return this.running.httpUrl;
  }

  async open(options: Partial<CentreOptions> = {}): Promise<void> {
    this.#centre = await startCentre({
      data: this.data,
      host: '127.0.0.1',
      mqttPort: 0,
      httpPort: 0,
      plain: true,
      log: (level, event, fields = {}) => this.events.push({ level, event, fields }),
      ...options,
    });
  }

  /** Ends it and keeps its data. */
  async stop(): Promise<void> {
    await this.#centre?.close();
    this.#centre = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.data, { recursive: true, force: true });
  }

  rootKey(): ReturnType<typeof importPublicKey> {
    return importPublicKey(this.root);
  }

  headers(): Promise<Record<string, string>> {
    return apiHeaders(this.data);
  }

  async get(path: string): Promise<Answer> {
    return callApi(this.data, this.httpUrl, path);
  }

  async post(path: string, body: unknown = {}): Promise<Answer> {
    return callApi(this.data, this.httpUrl, path, body);
  }

  /** Orders something that needs no recording: a text bulletin. */
  order(changes: Record<string, unknown> = {}): Promise<Answer> {
    return this.post('/api/orders', { ...aTextOrder, ...changes });
  }

  logged(event: string): { level: string; event: string; fields: LogFields }[] {
    return this.events.filter((entry) => entry.event === event);
  }
}

export const aTextOrder = {
  title: 'Thông báo lịch tiêm chủng',
  priority: 'routine',
  to: 'all',
  programme: [{ type: 'text', variants: [{ language: 'vi', text: 'Đề nghị bà con đến đúng giờ.' }] }],
};

/** Calls the API with the data folder's token: GET, or POST where there is a body. */
export async function callApi(data: string, http: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${http}${path}`, {
    headers: await apiHeaders(data),
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

async function apiHeaders(data: string): Promise<Record<string, string>> {
  return { authorization: `Bearer ${(await readFile(join(data, 'api-token'), 'utf8')).trim()}` };
}

/** The same to a centre that speaks TLS, believing its own authority. */
export async function callSecurely(data: string, http: string, path: string, body: unknown): Promise<Answer> {
  const ca = await readFile(join(data, 'keys', 'authority.crt'));
  const response = await fetchBy(`${http}${path}`, {
    agent: new Agent({ ca }),
    headers: await apiHeaders(data),
    method: 'POST',
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
