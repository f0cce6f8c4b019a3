import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fetch, { type Response } from 'node-fetch';
import * as v from 'valibot';
import { type Order, orderSchema } from '../../protocol/order.ts';
import { type Report, reportSchema } from '../../protocol/report.ts';
import { type Child, ChildFailure, startChild } from '../process/child.ts';
import type { CastStation } from './cast.ts';

export const BROKER_PROGRAM = fileURLToPath(new URL('../../broker/main.js', import.meta.url));
/** Only so that what hangs ends: a busy machine may need ten times as long as an idle one. */
const START_DEADLINE_MS = 120_000;
const COMMAND_DEADLINE_MS = 120_000;
const run = promisify(execFile);

const initialised = v.object({ centre: v.string(), root: v.string(), signing: v.string() });
const ready = v.object({ ready: v.literal(true), mqtt: v.string(), http: v.string() });
const sent = v.object({ id: v.string(), rev: v.number() });
const media = v.object({
  sha256: v.string(),
  durationMs: v.number(),
  urls: v.pipe(v.array(v.string()), v.minLength(1)),
});
const booked = v.object({ order: orderSchema });
const enrolled = v.object({ codes: v.array(v.object({ station: v.string(), code: v.string() })) });
const ledger = v.object({ reports: v.array(reportSchema) });

const commandFailure = v.object({
  code: v.nullish(v.union([v.number(), v.string()])),
  killed: v.optional(v.boolean()),
  stdout: v.string(),
  stderr: v.string(),
});

export interface Media {
  readonly sha256: string;
  readonly durationMs: number;
  /** The recording as the centre distributes it, fetched from it and checked by its hash. */
  readonly file: string;
}

/** The real `loa-broker`, worked as an operator does: by its commands, and by its HTTP API to read what it knows. */
export interface Centre {
  readonly root: string;
  readonly signing: string;
  readonly mqtt: string;
  readonly http: string;
  readonly child: Child;
  /** Its data folder. */
  readonly data: string;
  /** `loa-broker stations add` with a table of these stations; a code by station. */
  addStations(stations: readonly CastStation[]): Promise<ReadonlyMap<string, string>>;
  addMedia(file: string): Promise<Media>;
  /** `loa-broker order send` with these arguments; the order as the centre booked it. */
  send(args: readonly string[]): Promise<Order>;
  /** Every report of a station in the ledger, oldest first. */
  reports(station: string): Promise<Report[]>;
}

export interface CentreOptions {
  readonly centre: string;
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Gets the process as soon as it exists, so that it is ended whatever happens next. */
  readonly own: (child: Child) => void;
}

/** Makes the keys and starts the centre on free ports. Rejects with ChildFailure when it does not come up. */
export async function startCentre(options: CentreOptions): Promise<Centre> {
  const { centre, directory, signal } = options;
  const data = join(directory, 'centre');

  const command = async <T>(schema: v.GenericSchema<unknown, T>, args: readonly string[]): Promise<T> => {
    const all = [BROKER_PROGRAM, ...args, '--data', data, '--json'];
    const name = `loa-broker ${args.slice(0, 2).join(' ')}`;
    try {
      const { stdout } = await run(process.execPath, all, { timeout: COMMAND_DEADLINE_MS, signal });
      return v.parse(schema, JSON.parse(stdout));
    } catch (error) {
      throw failureOf(name, error);
    }
  };

  const keys = await command(initialised, ['keys', 'init', '--centre', centre]);
  const child = startChild({
    name: 'loa-broker run',
    command: process.execPath,
    args: [BROKER_PROGRAM, 'run', '--data', data, '--mqtt-port', '0', '--http-port', '0', '--json'],
    log: join(directory, 'centre.log'),
  });
  options.own(child);
  const { mqtt, http } = await child.line((line) => readyLine(line), START_DEADLINE_MS);
  const token = (await readFile(join(data, 'api-token'), 'utf8')).trim();

  const agent = new Agent({ ca: await readFile(join(data, 'keys', 'authority.crt')) });
  const get = (path: string): Promise<Response> =>
    fetch(new URL(path, http), { agent, headers: { authorization: `Bearer ${token}` }, signal });

  const ask = async <T>(schema: v.GenericSchema<unknown, T>, path: string): Promise<T> => {
    const response = await get(path);
    if (!response.ok)
      throw new ChildFailure(`loa-broker GET ${path} (${response.status})`, 'failed', await response.text());
    return v.parse(schema, await response.json());
  };

  return {
    root: keys.root,
    signing: keys.signing,
    mqtt,
    http,
    child,
    data,
    async addStations(stations) {
      const file = join(directory, 'stations.csv');
      await writeFile(file, tableOf(stations));
      const { codes } = await command(enrolled, ['stations', 'add', '--file', file]);
      return new Map(codes.map(({ station, code }) => [station, code]));
    },
    async addMedia(file) {
      const added = await command(media, ['media', 'add', file, '--language', 'vi']);
      const response = await get(`/media/${added.sha256}`);
      const bytes = Buffer.from(await response.arrayBuffer());
      if (createHash('sha256').update(bytes).digest('hex') !== added.sha256) {
        throw new ChildFailure(`loa-broker /media/${added.sha256} (${response.status})`, 'failed', 'wrong bytes');
      }
      const copy = join(directory, `${added.sha256.slice(0, 12)}.opus`);
      await writeFile(copy, bytes);
      return { sha256: added.sha256, durationMs: added.durationMs, file: copy };
    },
    async send(args) {
      const { id } = await command(sent, ['order', 'send', ...args]);
      return (await ask(booked, `/api/orders/${id}`)).order;
    },
    async reports(station) {
      const { reports } = await ask(ledger, `/api/reports?station=${encodeURIComponent(station)}`);
      return reports;
    },
  };
}

/** As a spreadsheet has it. */
const tableOf = (stations: readonly CastStation[]): string =>
  ['station,name,zones', ...stations.map(({ station, name, zones }) => [station, name, zonesOf(zones)].join(','))].join(
    '\n',
  );

const zonesOf = (zones: CastStation['zones']): string => zones.map(({ id, name }) => `${id}=${name}`).join(';');

function readyLine(line: string): v.InferOutput<typeof ready> | undefined {
  if (!line.startsWith('{')) return undefined;
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ready), line);
  return parsed.success ? parsed.output : undefined;
}

/** How a command failed, and what it said, where execFile keeps it. */
function failureOf(name: string, error: unknown): unknown {
  const failed = v.safeParse(commandFailure, error);
  if (!failed.success || (error instanceof Error && error.name === 'AbortError')) return error;
  const { code, killed, stdout, stderr } = failed.output;
  return new ChildFailure(
    killed ? name : `${name} (exit ${code})`,
    killed ? 'not-ready' : 'failed',
    `${stdout}${stderr}`.trim(),
  );
}
