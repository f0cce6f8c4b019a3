import { Agent } from 'node:https';
import fetch, { type Response } from 'node-fetch';
import * as v from 'valibot';
import { readApiToken, readAuthority } from '../keys/key-store.ts';
import { keyPaths } from '../keys/paths.ts';
import { CommandFailure, type Console, reasonIn } from './console.ts';
import { problemIn } from './problems.ts';
import { readRunFile } from './run-file.ts';

const refusalSchema = v.object({
  refusal: v.object({ code: v.string(), fields: v.array(v.object({ path: v.string(), problem: v.string() })) }),
});

/** Talks to the running centre of a data folder. Everything that goes wrong is a CommandFailure in words. */
export class CentreClient {
  readonly http: string;
  readonly #token: string;
  /** Knows the centre's own authority. */
  readonly #agent: Agent | undefined;
  readonly #console: Console;

  private constructor(http: string, token: string, authority: string | undefined, console: Console) {
    this.http = http;
    this.#token = token;
    this.#agent = http.startsWith('https:') && authority !== undefined ? new Agent({ ca: authority }) : undefined;
    this.#console = console;
  }

  static async find(data: string, console: Console): Promise<CentreClient> {
    const run = await readRunFile(data);
    if (run === undefined) throw new CommandFailure(2, console.words.noRun(data));
    const token = await readApiToken(data);
    if (token === undefined) throw new CommandFailure(2, console.words.keyring.noToken(keyPaths(data).token));
    return new CentreClient(run.http, token, await readAuthority(data), console);
  }

  async get<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T> {
    return v.parse(schema, await (await this.request('GET', path)).json());
  }

  async post<T>(path: string, body: object, schema: v.GenericSchema<unknown, T>): Promise<T> {
    return v.parse(schema, await (await this.request('POST', path, body)).json());
  }

  /** A refusal by the centre becomes a failure with status 1, naming every bad field. */
  async request(method: 'GET' | 'POST', path: string, body?: object): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.http}${path}`, {
        method,
        ...(this.#agent !== undefined && { agent: this.#agent }),
        headers: { authorization: `Bearer ${this.#token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new CommandFailure(2, this.#console.words.notReachable(this.http));
    }
    if (response.ok) return response;
    const refused = v.safeParse(refusalSchema, await response.json().catch(() => undefined));
    if (!refused.success) {
      throw new CommandFailure(2, this.#console.words.unexpected(`HTTP ${response.status}`));
    }
    const { code, fields } = refused.output.refusal;
    const { words } = this.#console;
    const lines = fields.map(({ path, problem }) => `  ${path || '-'}: ${problemIn(this.#console, problem)}`);
    const head = [words.refused(code), reasonIn(words, code)].filter(Boolean).join(' ');
    throw new CommandFailure(1, [head, ...lines].join('\n'), refused.output);
  }
}
