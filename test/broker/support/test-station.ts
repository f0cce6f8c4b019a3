import { createHash, randomBytes } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import mqtt, { type MqttClient } from 'mqtt';
import { type Ack, decodeAck } from '../../../protocol/ack.ts';
import { encodeBirth } from '../../../protocol/birth.ts';
import { type Cancel, decodeCancel } from '../../../protocol/cancel.ts';
import { type CentreConfiguration, decodeCentreConfiguration } from '../../../protocol/configuration.ts';
import { type KeyLookup, peekType, type SigningKey } from '../../../protocol/envelope.ts';
import { decodeKeys, importPublicKey, keyLookup } from '../../../protocol/keys.ts';
import { decodeOrder, type Order } from '../../../protocol/order.ts';
import { decodeOrderIndex, type OrderIndex } from '../../../protocol/order-index.ts';
import { encodePull, type Pull } from '../../../protocol/pull.ts';
import type { Decoded } from '../../../protocol/refusal.ts';
import { encodeReport, type Report } from '../../../protocol/report.ts';
import { encodeState } from '../../../protocol/state.ts';
import { decodeTime, type Time } from '../../../protocol/time.ts';
import { filters, topics } from '../../../protocol/topics.ts';
import { aReport, birth } from '../../support/examples.ts';
import { until } from '../../support/until.ts';
import { TestCentre } from './test-centre.ts';

const centre = TestCentre.id;

export interface Identity {
  readonly signer: SigningKey;
  readonly publicKey: string;
}

export async function makeIdentity(name: string): Promise<Identity> {
  const pair = await generateKeyPair('Ed25519', { extractable: true });
  const { x = '' } = await exportJWK(pair.publicKey);
  return { signer: { kid: name, key: pair.privateKey }, publicKey: x };
}

export interface StationOptions {
  readonly url: string;
  readonly root: string;
  readonly station: string;
  readonly groups?: string[];
  readonly identity?: Identity;
  /** Stays silent after connecting. */
  readonly unborn?: true;
}

/** A real MQTT client with real keys that keeps everything the centre sends, verified as a station would. */
export class TestStation {
  readonly station: string;
  readonly client: MqttClient;
  readonly identity: Identity;
  readonly epoch = randomBytes(16).toString('hex');
  readonly raw: { topic: string; payload: Buffer; retain: boolean }[] = [];
  readonly #root: CryptoKey;

  private constructor(options: StationOptions, client: MqttClient, identity: Identity, root: CryptoKey) {
    this.station = options.station;
    this.client = client;
    this.identity = identity;
    this.#root = root;
    client.on('message', (topic, payload, packet) => this.raw.push({ topic, payload, retain: packet.retain }));
  }

  /** Connects, subscribes to its two filters and is born. */
  static async connect(options: StationOptions): Promise<TestStation> {
    const identity = options.identity ?? (await makeIdentity(options.station));
    const root = await importPublicKey(options.root);
    const client = await mqtt.connectAsync(options.url, {
      clientId: options.station,
      clean: true,
      reconnectPeriod: 0,
      protocolVersion: 4,
    });
    const station = new TestStation(options, client, identity, root);
    await client.subscribeAsync([...filters.station(centre, options.station)], { qos: 1 });
    if (options.unborn === undefined) await station.bear(options.groups ?? []);
    return station;
  }

  /** `configuration`: the version of the centre's configuration that it keeps to. */
  async bear(groups: string[], configuration?: number): Promise<void> {
    const boot = randomBytes(16).toString('hex');
    const { configuration: _, keys: __, ...always } = birth;
    const said = { ...always, plain: true as const, ...(configuration !== undefined && { configuration }) };
    await this.publish(
      'birth',
      encodeBirth({ ...said, station: this.station, boot, key: this.identity.publicKey, groups }),
      true,
    );
    await this.publish('state', encodeState({ state: 'online', boot, connection: 1 }), true);
  }

  async publish(
    channel: 'state' | 'birth' | 'report' | 'health' | 'pull',
    payload: Uint8Array,
    retain = false,
  ): Promise<void> {
    await this.client.publishAsync(topics.from(centre, this.station, channel), Buffer.from(payload), {
      qos: 1,
      retain,
    });
  }

  /** Sends one report; `signer` for a forged one. */
  async report(seq: number, changes: Partial<Report> = {}, signer = this.identity.signer): Promise<Uint8Array> {
    const payload = await encodeReport(aReport({ station: this.station, epoch: this.epoch, seq, ...changes }), signer);
    await this.publish('report', payload);
    return payload;
  }

  pull(pull: Pull): Promise<void> {
    return this.publish('pull', encodePull(pull));
  }

  messages(channel: string, to: 'all' | 'station' = 'station'): Buffer[] {
    const topic = `loa/1/${centre}/${to === 'all' ? 'all' : `to/${this.station}`}/${channel}`;
    return this.raw.filter((message) => message.topic === topic).map((message) => message.payload);
  }

  async keys(): Promise<KeyLookup> {
    const manifest = await until('the manifest', () => this.messages('keys', 'all').at(-1));
    return keyLookup(must(await decodeKeys(manifest, this.#root)), 'centre');
  }

  async acks(): Promise<Ack[]> {
    const lookup = await this.keys();
    return Promise.all(this.messages('ack').map(async (payload) => must(await decodeAck(payload, lookup)).value));
  }

  async acknowledged(seq: number): Promise<Ack> {
    return until(`ack ${seq} for ${this.station}`, async () =>
      (await this.acks()).find((ack) => ack.epoch === this.epoch && ack.seq === seq),
    );
  }

  async orders(to: 'all' | 'station' = 'all'): Promise<Order[]> {
    const lookup = await this.keys();
    const payloads = this.messages('order', to).filter((payload) => peekType(payload) === 'loa-order');
    return Promise.all(payloads.map(async (payload) => must(await decodeOrder(payload, lookup)).value));
  }

  async cancellations(to: 'all' | 'station' = 'all'): Promise<Cancel[]> {
    const lookup = await this.keys();
    const payloads = this.messages('order', to).filter((payload) => peekType(payload) === 'loa-cancel');
    return Promise.all(payloads.map(async (payload) => must(await decodeCancel(payload, lookup)).value));
  }

  async order(id: string, to: 'all' | 'station' = 'all'): Promise<Order> {
    return until(`order ${id}`, async () => (await this.orders(to)).find((order) => order.id === id));
  }

  async index(to: 'all' | 'station', fits: (index: OrderIndex) => boolean = () => true): Promise<OrderIndex> {
    const lookup = await this.keys();
    return until('an index', async () => {
      const latest = this.messages('index', to).at(-1);
      const index = latest && must(await decodeOrderIndex(latest, lookup)).value;
      return index !== undefined && fits(index) ? index : undefined;
    });
  }

  /** What it was sent as configurations, oldest first. */
  async configurations(): Promise<CentreConfiguration[]> {
    const lookup = await this.keys();
    const payloads = this.messages('command').filter((payload) => peekType(payload) === 'loa-configuration');
    return Promise.all(payloads.map(async (payload) => must(await decodeCentreConfiguration(payload, lookup)).value));
  }

  /** The first configuration that it was sent with at least this version. */
  async configuration(version: number): Promise<CentreConfiguration> {
    return until(`configuration ${version} for ${this.station}`, async () =>
      (await this.configurations()).find((each) => each.version >= version),
    );
  }

  async time(nonce: string): Promise<Time> {
    const lookup = await this.keys();
    return until('the time', async () => {
      for (const payload of this.messages('time')) {
        const time = must(await decodeTime(payload, lookup)).value;
        if (time.nonce === nonce) return time;
      }
      return undefined;
    });
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}

export function must<T>(decoded: Decoded<T>): T {
  if (!decoded.ok) throw decoded.refusal;
  return decoded.value;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
