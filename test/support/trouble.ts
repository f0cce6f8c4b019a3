import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify, type TomlTable } from 'smol-toml';
import type { Test } from 'tap';
import type { Order } from '../../protocol/order.ts';
import { isLast, type Report } from '../../protocol/report.ts';
import { correlate } from '../../simulator/hearing/correlate.ts';
import { decodeProgramme } from '../../simulator/hearing/decode.ts';
import { withoutUnderruns } from '../../simulator/hearing/underruns.ts';
import { readWav } from '../../simulator/hearing/wav.ts';
import { startVirtualStation, type VirtualStation } from '../../simulator/station/station.ts';
import { type HttpServer, serve } from './http.ts';
import { PuppetCentre } from './puppet-centre.ts';
import { type Recording, recordTone } from './tone.ts';
import { until } from './until.ts';

const STATION = 'dai-dong';

export interface Programme extends Recording {
  readonly pcm: Int16Array;
  readonly url: string;
}

export interface TroubleOptions {
  readonly transport?: 'pty' | 'tcp';
  /** Another program than the agent's own, and what is added to its environment. */
  readonly program?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the centre answers when it is asked for the time (it does). */
  readonly tellsTime?: boolean;
  /** Where the agent finds its broker, when that is not the centre itself. */
  readonly through?: (brokerUrl: string) => Promise<string>;
  /** Merged into the agent's configuration, table by table. */
  readonly configuration?: Readonly<Record<string, TomlTable | string>>;
}

/** One virtual station with a real agent under a puppet centre, and everything that a test breaks about them. */
export class Trouble {
  readonly centre: PuppetCentre;
  readonly station: VirtualStation;
  /** Answers for paths that no programme has; a test may put its own server here. */
  answers: RequestListener = (_, response) => void response.writeHead(404).end();
  readonly #media: HttpServer;
  readonly #recordings: Map<string, Recording>;
  readonly #folder: string;

  private constructor(parts: {
    centre: PuppetCentre;
    station: VirtualStation;
    media: HttpServer;
    recordings: Map<string, Recording>;
    folder: string;
  }) {
    this.centre = parts.centre;
    this.station = parts.station;
    this.#media = parts.media;
    this.#recordings = parts.recordings;
    this.#folder = parts.folder;
  }

  /** Starts everything, and waits until the station is online. Ends with the test. */
  static async begin(t: Test, options: TroubleOptions = {}): Promise<Trouble> {
    const folder = await mkdtemp(join(tmpdir(), 'loa-trouble-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const centre = await PuppetCentre.start();
    t.teardown(() => centre.close());
    if (options.tellsTime === false) centre.clock = undefined;
    const recordings = new Map<string, Recording>();
    let trouble: Trouble | undefined;
    const media = await serve((request, response) => {
      const recording = recordings.get((request.url ?? '').slice(1));
      if (recording !== undefined) response.end(recording.bytes);
      else trouble?.answers(request, response);
    });
    t.teardown(() => media.close());
    const state = options.configuration?.state as string | undefined;
    const station = await startVirtualStation({
      ...(await centre.enrol(STATION, join(folder, 'station'), state)),
      ...(options.through && { brokerUrl: await options.through(centre.url) }),
      name: 'Đài Đại Đồng',
      zones: ['thon-1', 'thon-2', 'thon-3'].map((id, at) => ({ id, name: `Thôn ${at + 1}`, tags: [] })),
      transport: options.transport ?? 'tcp',
      agent: 'none',
      ...(options.program !== undefined && { program: options.program }),
      ...(options.environment && { environment: options.environment }),
    });
    t.teardown(() => station.close());
    await configure(station.configuration, options.configuration ?? {});
    station.agent.start();
    await centre.online(STATION);
    trouble = new Trouble({ centre, station, media, recordings, folder });
    return trouble;
  }

  get mediaUrl(): string {
    return this.#media.url;
  }

  /** A recording that the media server has. */
  async programme(seconds: number, hertz = 300): Promise<Programme> {
    const recording = await recordTone(seconds, hertz);
    const name = createHash('sha256').update(recording.bytes).digest('hex');
    this.#recordings.set(name, recording);
    const file = join(this.#folder, name);
    await writeFile(file, recording.bytes);
    return { ...recording, pcm: await decodeProgramme(file), url: `${this.#media.url}/${name}` };
  }

  draft(programme: Programme, changes: Partial<Order> = {}): Order {
    return this.centre.draft(STATION, {
      programme: [{ type: 'audio', variants: [programme.variant(programme.url)] }],
      ...changes,
    });
  }

  /** Signs and pushes an order about this programme. */
  async order(programme: Programme, changes: Partial<Order> = {}): Promise<Order> {
    const order = this.draft(programme, changes);
    await this.centre.order(STATION, order);
    return order;
  }

  push(bytes: Uint8Array): Promise<void> {
    return this.centre.push(STATION, bytes);
  }

  outcome(order: Order, outcome?: Report['outcome']): Promise<Report> {
    return this.centre.outcome(order, outcome);
  }

  /** Every outcome that this order was reported with so far, in the order of their numbers. */
  outcomes(order: Pick<Order, 'id' | 'rev'>): readonly Report['outcome'][] {
    return this.reports(order).map(({ outcome }) => outcome);
  }

  finals(order: Pick<Order, 'id' | 'rev'>): readonly Report['outcome'][] {
    return this.reports(order)
      .filter(isLast)
      .map(({ outcome }) => outcome);
  }

  reports(order: Pick<Order, 'id' | 'rev'>): readonly Report[] {
    return this.centre.reports
      .filter((report) => report.order?.id === order.id && report.order.rev === order.rev)
      .sort((a, b) => a.seq - b.seq);
  }

  /** Whether an alarm stands, as far as the centre has been told. */
  alarm(name: string): string | undefined {
    return this.centre.alarms.filter((alarm) => alarm.name === name).at(-1)?.detail;
  }

  raised(name: string): Promise<string> {
    return until(`alarm ${name}`, () => this.alarm(name));
  }

  async cleared(name: string): Promise<void> {
    await until(`alarm ${name} to clear`, () => this.alarm(name) === undefined);
  }

  get closed(): readonly boolean[] {
    return this.station.controller.state().closed;
  }

  /** Waits until every relay is open again; rejects when one stays closed. */
  async silent(): Promise<void> {
    await until('open relays', () => this.closed.every((closed) => !closed));
  }

  /** From now on. */
  async listen(): Promise<Hearing> {
    const { loudspeaker } = this.station;
    const { events } = loudspeaker.timeline;
    const since = events.length;
    const sound = async (zone: string): Promise<Int16Array> => {
      loudspeaker.flush();
      return (await readWav(loudspeaker.wavOf(zone))).sound;
    };
    const begin = (await sound('thon-1')).length;
    const heardSince = async (zone: string) => withoutUnderruns((await sound(zone)).subarray(begin), events, begin);
    const later = () => events.slice(since);
    return {
      started: async () => {
        await until('sound', () => later().some(({ what }) => what === 'sound-started'));
      },
      times: (zone) => later().filter((event) => event.what === 'sound-started' && event.zone === zone).length,
      sound: heardSince,
      heard: async (zone, { pcm }) => correlate(await heardSince(zone), pcm).coefficient,
    };
  }
}

export interface Hearing {
  /** Waits for the first sound in any zone. */
  started(): Promise<void>;
  /** How many stretches of sound this zone has heard, the one that goes on included. */
  times(zone: string): number;
  /** What the zone heard, without the pauses in which the sound card had run dry. */
  sound(zone: string): Promise<Int16Array>;
  /** How well the zone heard the programme, 0 to 1. */
  heard(zone: string, programme: Pick<Programme, 'pcm'>): Promise<number>;
}

async function configure(file: string, changes: NonNullable<TroubleOptions['configuration']>): Promise<void> {
  const table = parse(await readFile(file, 'utf8'));
  for (const [name, value] of Object.entries(changes)) {
    table[name] = typeof value === 'string' ? value : { ...((table[name] ?? {}) as TomlTable), ...value };
  }
  await writeFile(file, stringify(table));
}
