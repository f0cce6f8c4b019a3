import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import * as v from 'valibot';
import { configurationSchema } from '../../agent/configuration/schema.ts';
import { type Agent, silentLog, startAgent } from '../../agent/entry.ts';
import { type Centre, startCentre } from '../../broker/centre.ts';
import { initKeys } from '../../broker/keys/key-store.ts';
import { type Order, orderSchema } from '../../protocol/order.ts';
import type { Report } from '../../protocol/report.ts';
import { topics } from '../../protocol/topics.ts';
import { callApi } from '../broker/support/test-centre.ts';
import { Mosquitto } from '../support/mosquitto.ts';

const CENTRE = 'vinh-phuc';

interface Entry {
  readonly station: string;
  readonly birth?: { readonly keys?: number };
}

/**
 * A centre, a broker that is somebody else's (Mosquitto, which takes anything from anybody), and many stations: real agents
 * with journals of their own, side by side in this process, whose sound goes to files. MQTT is plain: this is about what is
 * signed, and the broker's owner would read and forge everything with TLS too.
 */
export class Country {
  readonly centre: Centre;
  readonly data: string;
  /** As whoever owns the broker: it publishes what it wants. */
  readonly owner: MqttClient;
  readonly #folder: string;
  readonly #mosquitto: Mosquitto;
  readonly #agents = new Map<string, Agent>();

  private constructor(folder: string, mosquitto: Mosquitto, centre: Centre, owner: MqttClient) {
    this.#folder = folder;
    this.data = join(folder, 'centre');
    this.#mosquitto = mosquitto;
    this.centre = centre;
    this.owner = owner;
  }

  static async found(folder: string): Promise<Country> {
    const mosquitto = await Mosquitto.start();
    await initKeys(join(folder, 'centre'), CENTRE);
    const centre = await startCentre({
      data: join(folder, 'centre'),
      host: '127.0.0.1',
      mqttPort: 0,
      httpPort: 0,
      broker: mosquitto.url,
      plain: true,
      log: () => {},
    });
    const owner = await mqtt.connectAsync(mosquitto.url, { clientId: 'owner', clean: true });
    const country = new Country(folder, mosquitto, centre, owner);
    owner.on('message', (_topic, token) => country.#overhear(token));
    await owner.subscribeAsync(topics.all(CENTRE, 'order'), { qos: 1 });
    return country;
  }

  /** Of the first order that the broker carried: what its owner can have stations fetch. */
  programme: Order['programme'] = [];

  #overhear(token: Buffer): void {
    const payload = Buffer.from(token.toString('latin1').split('.')[1] ?? '', 'base64url').toString('utf8');
    if (this.programme.length === 0) this.programme = v.parse(orderSchema, JSON.parse(payload)).programme;
  }

  /** Starts stations, for the first time or again; resolves when their agents run. */
  async wake(stations: readonly string[]): Promise<void> {
    for (const station of stations) {
      const directory = join(this.#folder, station);
      await mkdir(directory, { recursive: true });
      const configuration = v.parse(configurationSchema, {
        centre: CENTRE,
        station,
        name: station,
        state: join(directory, 'state'),
        link: { url: this.centre.mqttUrl },
        trust: { root: this.centre.root },
        hardware: { driver: 'none' },
        zones: [{ id: 'loa', name: 'Loa' }],
        audio: { sink: 'wav', directory: join(directory, 'heard') },
      });
      this.#agents.set(
        station,
        await startAgent({ configuration, log: silentLog, synchronisation: async () => undefined }),
      );
    }
  }

  /** Switches stations off. */
  async sleep(stations: readonly string[]): Promise<void> {
    await Promise.all(stations.map((station) => this.#agents.get(station)?.close()));
    for (const station of stations) this.#agents.delete(station);
  }

  async call(path: string, body?: unknown) {
    const ask = () => callApi(this.data, this.centre.httpUrl, path, body);
    // A connection that the server closes as it is used again, which a question may be asked twice for.
    return (await (body === undefined ? ask().catch(ask) : ask())).body;
  }

  /** The stations that say they keep to this version of the manifest. */
  async following(version: number): Promise<number> {
    const { stations } = (await this.call('/api/stations')) as { stations: Entry[] };
    return stations.filter(({ birth }) => birth?.keys === version).length;
  }

  /** Everything that the stations have reported. */
  async reports(): Promise<Report[]> {
    const { reports } = (await this.call('/api/reports')) as { reports: Report[] };
    return reports;
  }

  async close(): Promise<void> {
    await this.sleep([...this.#agents.keys()]);
    await this.owner.endAsync(true);
    await this.centre.close();
    await this.#mosquitto.close();
  }
}
