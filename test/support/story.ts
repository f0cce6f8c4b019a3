import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fetch, { type RequestInit, type Response } from 'node-fetch';
import { enrol } from '../../agent/enrol/enrol.ts';
import { type Centre, type CentreOptions, startCentre } from '../../broker/centre.ts';
import { initKeys } from '../../broker/keys/key-store.ts';
import { ingest } from '../../broker/media/ingest.ts';
import { MediaStore } from '../../broker/media/store.ts';
import type { Report } from '../../protocol/report.ts';
import { isLast } from '../../protocol/report.ts';
import { correlate } from '../../simulator/hearing/correlate.ts';
import { decodeProgramme } from '../../simulator/hearing/decode.ts';
import { withoutUnderruns } from '../../simulator/hearing/underruns.ts';
import { readWav } from '../../simulator/hearing/wav.ts';
import {
  startVirtualStation,
  type VirtualStation,
  type VirtualStationOptions,
} from '../../simulator/station/station.ts';
import { until } from './until.ts';

const run = promisify(execFile);

export interface Programme {
  readonly sha256: string;
  readonly pcm: Int16Array;
}

export interface Booked {
  readonly id: string;
  readonly rev: number;
}

type StationChoice = { readonly station: string } & Partial<VirtualStationOptions>;

/**
 * A centre with virtual stations for a test of the whole story: real broker, real database, real agents as processes of
 * their own, virtual hardware. Everything lives in one temporary folder and ends with `close`.
 */
export class Story {
  readonly folder: string;
  readonly root: string;
  readonly #options: Partial<CentreOptions>;
  readonly #stations = new Map<string, VirtualStation>();
  #centre: Centre;

  private constructor(folder: string, root: string, centre: Centre, options: Partial<CentreOptions>) {
    this.folder = folder;
    this.root = root;
    this.#centre = centre;
    this.#options = options;
  }

  static async begin(options: Partial<CentreOptions> = {}): Promise<Story> {
    const folder = await mkdtemp(join(tmpdir(), 'loa-story-'));
    const { root } = await initKeys(join(folder, 'centre'), 'vinh-phuc');
    const centre = await startCentre(centreOptions(folder, options));
    return new Story(folder, root, centre, options);
  }

  get centre(): Centre {
    return this.#centre;
  }

  get centreData(): string {
    return join(this.folder, 'centre');
  }

  /** Ends the centre and starts it again on the same ports and data. */
  async restartCentre(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const mqttPort = Number(new URL(this.#centre.mqttUrl).port);
    const httpPort = Number(new URL(this.#centre.httpUrl).port);
    await this.#centre.close();
    await meanwhile();
    this.#centre = await startCentre(centreOptions(this.folder, { ...this.#options, mqttPort, httpPort }));
  }

  /** Adds a station with three zones and, unless told otherwise, waits until it is online. */
  async station(choice: StationChoice, wait = true): Promise<VirtualStation> {
    const directory = join(this.folder, choice.station);
    const sealed = this.#centre.mqttUrl.startsWith('mqtts:');
    const identity = choice.identity ?? (sealed ? await this.#enrol(choice.station, directory) : undefined);
    const station = await startVirtualStation({
      directory,
      centre: 'vinh-phuc',
      root: this.root,
      brokerUrl: this.#centre.mqttUrl,
      name: `Đài ${choice.station}`,
      zones: ['thon-1', 'thon-2', 'thon-3'].map((id, at) => ({ id, name: `Thôn ${at + 1}`, tags: ['village'] })),
      transport: 'pty',
      agent: 'process',
      ...choice,
      identity,
    });
    this.#stations.set(choice.station, station);
    if (wait) await this.online(choice.station);
    return station;
  }

  /** A code for a board that is to be this station. */
  async code(station: string, zones: readonly { readonly id: string; readonly name: string }[]): Promise<string> {
    const plan = { station, name: `Đài ${station}`, zones };
    const { codes } = (await this.post('/api/stations', { stations: [plan] })) as { codes: { code: string }[] };
    return codes[0]?.code ?? '';
  }

  /** As a technician does it: a code from the centre, then the key, the request and the certificate on the board. */
  async #enrol(station: string, directory: string): Promise<{ certificate: string; authority: string }> {
    const code = await this.code(station, [{ id: 'loa', name: 'Loa' }]);
    const state = join(directory, 'state');
    const config = join(directory, 'enrolled.toml');
    await enrol({ centre: this.#centre.httpUrl, code, config, state, line: 'tcp://127.0.0.1:1' });
    return { certificate: join(state, 'certificate.pem'), authority: join(state, 'authority.pem') };
  }

  async online(station: string): Promise<void> {
    await until(`${station} to be online`, async () => {
      const { stations } = (await this.get('/api/stations')) as { stations: { station: string; state: string }[] };
      return stations.some((each) => each.station === station && each.state === 'online');
    });
  }

  /** A rising tone as the centre's own recording, normalised and encoded by it. */
  async programme(seconds: number, hertz = 300): Promise<Programme> {
    const file = join(this.folder, `tone-${seconds}-${hertz}.wav`);
    const sweep = `aevalsrc='0.4*sin(2*PI*(${hertz}*t+40*t*t))':s=48000:d=${seconds}`;
    await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', sweep, file]);
    const store = new MediaStore(join(this.centreData, 'media'));
    const { sha256 } = await ingest(store, file, { language: 'vi', ffmpeg: 'ffmpeg' });
    const response = await this.fetch(`/media/${sha256}`);
    const stored = join(this.folder, sha256);
    await writeFile(stored, Buffer.from(await response.arrayBuffer()));
    return { sha256, pcm: await decodeProgramme(stored) };
  }

  /** Hands an order in at the API; what a test does not say is ordinary. */
  async order(programme: Programme, fields: Record<string, unknown> = {}): Promise<Booked> {
    return (await this.post('/api/orders', {
      title: 'Tuyên truyền phòng, chống dịch COVID-19',
      priority: 'routine',
      to: 'all',
      programme: [{ type: 'audio', media: [programme.sha256] }],
      ...fields,
    })) as Booked;
  }

  /** Everything in the ledger about one order at one station, oldest first. */
  async reports(order: Booked, station: string): Promise<readonly Report[]> {
    const { stations } = (await this.get(`/api/orders/${order.id}`)) as {
      stations: { station: string; reports: Report[] }[];
    };
    return stations.find((each) => each.station === station)?.reports ?? [];
  }

  /** Waits for the outcome after which nothing more is expected. */
  async outcome(order: Booked, station: string): Promise<Report> {
    return until(`the outcome of ${order.id} at ${station}`, async () =>
      (await this.reports(order, station)).find((report) => isLast(report)),
    );
  }

  /** How well a zone heard the programme, 0 to 1. */
  async heard(station: VirtualStation, zone: string, programme: Programme): Promise<number> {
    const heard = withoutUnderruns(await this.sound(station, zone), station.loudspeaker.timeline.events);
    return correlate(heard, programme.pcm).coefficient;
  }

  async sound(station: VirtualStation, zone: string): Promise<Int16Array> {
    station.loudspeaker.flush();
    return (await readWav(station.loudspeaker.wavOf(zone))).sound;
  }

  /** Over HTTPS as anybody who knows the centre's authority. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const ca = await readFile(join(this.centreData, 'keys', 'authority.crt'));
    return fetch(this.#centre.httpUrl + path, {
      ...init,
      agent: this.#centre.httpUrl.startsWith('https:') ? new Agent({ ca }) : undefined,
    });
  }

  async get(path: string): Promise<unknown> {
    return this.#call(path, { method: 'GET' });
  }

  async post(path: string, body: unknown): Promise<unknown> {
    return this.#call(path, { method: 'POST', body: JSON.stringify(body) });
  }

  async close(): Promise<void> {
    for (const station of this.#stations.values()) await station.close();
    await this.#centre.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #call(path: string, init: RequestInit): Promise<unknown> {
    const token = (await readFile(join(this.centreData, 'api-token'), 'utf8')).trim();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await this.fetch(path, { ...init, headers });
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
    return response.json();
  }
}

function centreOptions(folder: string, options: Partial<CentreOptions>): CentreOptions {
  return {
    data: join(folder, 'centre'),
    host: '127.0.0.1',
    mqttPort: 0,
    httpPort: 0,
    plain: options.broker !== undefined,
    log: () => {},
    ...options,
  };
}
