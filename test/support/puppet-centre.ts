import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { v7 as uuid } from 'uuid';
import { encodeAck } from '../../protocol/ack.ts';
import { decodeAlarm } from '../../protocol/alarm.ts';
import { type Birth, decodeBirth } from '../../protocol/birth.ts';
import { encodeCancel } from '../../protocol/cancel.ts';
import { type CentreConfiguration, encodeCentreConfiguration } from '../../protocol/configuration.ts';
import type { KeyLookup, SigningKey } from '../../protocol/envelope.ts';
import { encodeHost } from '../../protocol/host.ts';
import { encodeKeys, importPublicKey, type Keys } from '../../protocol/keys.ts';
import { encodeOrder, type Order } from '../../protocol/order.ts';
import { decodePull, type Pull } from '../../protocol/pull.ts';
import { encodeRecall, type RecallQuestion } from '../../protocol/recall.ts';
import { accepted } from '../../protocol/refusal.ts';
import { decodeReport, isLast, type Report } from '../../protocol/report.ts';
import { encodeTime } from '../../protocol/time.ts';
import { topics } from '../../protocol/topics.ts';
import type { StationIdentity } from '../../simulator/station/configuration-file.ts';
import { enrolled } from './enrolled.ts';
import { type PuppetBroker, startPuppetBroker } from './puppet-broker.ts';
import { recallOf } from './puppet-recall.ts';
import { until } from './until.ts';

const CENTRE = 'vinh-phuc';

export interface Signer extends SigningKey {
  /** 32 bytes in base64url. */
  readonly publicKey: string;
}

export async function makeKey(kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('Ed25519', { extractable: true });
  const { x } = await exportJWK(publicKey);
  return { kid, key: privateKey, publicKey: x ?? '' };
}

/** What `startVirtualStation` needs to know of a station under a puppet centre. */
export interface Enrolled {
  readonly centre: string;
  readonly root: string;
  readonly brokerUrl: string;
  readonly station: string;
  readonly directory: string;
  readonly identity: StationIdentity;
}

/**
 * A centre that says whatever a test wants it to say, true or false, over a real broker with TLS and without any
 * authorisation: what somebody could do who owns the broker, and with `signer` what the centre itself could. It answers
 * time questions, collects the verified reports of every station, and acknowledges them.
 */
export class PuppetCentre {
  readonly root: Signer;
  /** Signs whatever it says of itself. */
  signer: Signer;
  readonly url: string;
  readonly reports: Report[] = [];
  /** Whether it answers questions about journals. */
  recalls = true;
  /** What stations said they are, oldest first. */
  readonly births: Birth[] = [];
  /** What they asked for, oldest first. */
  readonly pulls: Pull[] = [];
  /** What it says when it is asked for the time; without it, nothing. */
  clock: (() => number) | undefined = Date.now;
  /** Every word about an alarm, oldest first; without a detail it has cleared. */
  readonly alarms: { readonly station: string; readonly name: string; readonly detail: string | undefined }[] = [];
  readonly #broker: PuppetBroker;
  readonly #stations = new Map<string, KeyLookup>();

  private constructor(root: Signer, signer: Signer, broker: PuppetBroker) {
    this.root = root;
    this.signer = signer;
    this.url = broker.url;
    this.#broker = broker;
  }

  static async start(): Promise<PuppetCentre> {
    const broker = await startPuppetBroker(CENTRE);
    const [root, signer] = await Promise.all([makeKey('root'), makeKey('centre-1')]);
    const puppet = new PuppetCentre(root, signer, broker);
    broker.aedes.on('publish', (packet, client) => {
      if (client !== null) void puppet.#hear(packet.topic, Buffer.from(packet.payload));
    });
    await puppet.publishKeys();
    await puppet.sayOnline();
    return puppet;
  }

  /** Enrols a station whose state is kept there; for `startVirtualStation`. */
  async enrol(station: string, directory: string, state = join(directory, 'state')): Promise<Enrolled> {
    const identity = await enrolled(this.#broker.authority, station, state);
    return { centre: CENTRE, root: this.root.publicKey, brokerUrl: this.url, station, directory, identity };
  }

  /** That it listens, perhaps anew. */
  sayOnline(): Promise<void> {
    const host = encodeHost({ state: 'online', since: new Date().toISOString() });
    return this.say(topics.all(CENTRE, 'host'), host, true);
  }

  async publishKeys(changes: Partial<Keys> = {}): Promise<void> {
    const manifest: Keys = {
      centre: CENTRE,
      version: 1,
      issuedAt: new Date().toISOString(),
      keys: [{ use: 'centre', kid: this.signer.kid, key: this.signer.publicKey }],
      revoked: [],
      ...changes,
    };
    await this.say(topics.all(CENTRE, 'keys'), await encodeKeys(manifest, this.root), true);
  }

  /** An ordinary order for `station`; a test changes what it is about. */
  draft(station: string, changes: Partial<Order> = {}): Order {
    const now = Date.now();
    return {
      id: uuid(),
      rev: 1,
      type: 'new',
      centre: CENTRE,
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + 3_600_000).toISOString(),
      status: 'test',
      priority: 'routine',
      title: 'Thử loa',
      to: { stations: [station] },
      when: { type: 'now' },
      lateBy: 300,
      programme: [],
      onInterrupt: 'skip',
      ...changes,
    };
  }

  /** Signs and pushes an order. */
  async order(station: string, order: Order, signer: SigningKey = this.signer): Promise<Uint8Array> {
    const token = await encodeOrder(order, signer);
    await this.push(station, token);
    return token;
  }

  /** Signs and pushes the cancellation of an order, up to its revision. */
  async cancel(station: string, { id, rev }: Pick<Order, 'id' | 'rev'>): Promise<void> {
    const cancel = { id, rev, type: 'cancel', centre: CENTRE, issuedAt: new Date().toISOString() } as const;
    await this.push(station, await encodeCancel(cancel, this.signer));
  }

  /** Signs and pushes what the centre sets at a station. */
  async configure(
    station: string,
    version: number,
    policies: CentreConfiguration['policies'],
    signer: SigningKey = this.signer,
  ): Promise<Uint8Array> {
    const set = { centre: CENTRE, station, version, issuedAt: new Date().toISOString(), policies };
    const token = await encodeCentreConfiguration(set, signer);
    await this.command(station, token);
    return token;
  }

  command(station: string, bytes: Uint8Array): Promise<void> {
    return this.say(topics.to(CENTRE, station, 'command'), bytes);
  }

  push(station: string, bytes: Uint8Array): Promise<void> {
    return this.say(topics.to(CENTRE, station, 'order'), bytes);
  }

  say(topic: string, payload: Uint8Array, retain = false): Promise<void> {
    // An answer that was on its way when the test closed this centre.
    if (this.#broker.aedes.closed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain, dup: false } as const;
      this.#broker.aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  async online(station: string): Promise<void> {
    await until(`${station} to come online`, () => this.#stations.has(station));
  }

  /** The final report of an order; its first one if `outcome` names a passing one. */
  async outcome(order: Order, outcome?: Report['outcome']): Promise<Report> {
    return until(`${outcome ?? 'the outcome'} of ${order.id}`, () =>
      this.reports.find(
        (report) =>
          report.order?.id === order.id &&
          report.order.rev === order.rev &&
          (outcome === undefined ? isLast(report) : report.outcome === outcome),
      ),
    );
  }

  /** Breaks every connection, as a broker that dies does. */
  cutAll(): void {
    this.#broker.cutAll();
  }

  close(): Promise<void> {
    return this.#broker.close();
  }

  async #hear(topic: string, payload: Buffer): Promise<void> {
    const [, , , direction, station = '', channel, name = ''] = topic.split('/');
    if (direction !== 'from') return;
    if (channel === 'alarm') {
      const alarm = payload.byteLength === 0 ? undefined : decodeAlarm(payload);
      if (alarm?.ok === false) throw alarm.refusal;
      this.alarms.push({ station, name, detail: alarm?.value.detail });
    }
    if (channel === 'birth') {
      const birth = decodeBirth(payload);
      if (!birth.ok) throw birth.refusal;
      this.births.push(birth.value);
      const key = await importPublicKey(birth.value.key);
      this.#stations.set(station, () => accepted(key));
    }
    if (channel === 'report') await this.#store(station, payload);
    if (channel === 'pull') {
      const pull = decodePull(payload);
      if (!pull.ok) return;
      this.pulls.push(pull.value);
      if (pull.value.journal !== undefined) await this.#recall(station, pull.value.journal);
      if (pull.value.nonce === undefined || this.clock === undefined) return;
      const answer = { centre: CENTRE, station, nonce: pull.value.nonce, now: new Date(this.clock()).toISOString() };
      await this.say(topics.to(CENTRE, station, 'time'), await encodeTime(answer, this.signer));
    }
  }

  async #recall(station: string, question: RecallQuestion): Promise<void> {
    if (!this.recalls) return;
    const reports = this.reports.filter((report) => report.station === station);
    const { epoch, nonce } = question;
    const known = { centre: CENTRE, station, epoch, nonce, now: new Date().toISOString() };
    const recall = await encodeRecall({ ...known, ...recallOf(reports, question) }, this.signer);
    await this.say(topics.to(CENTRE, station, 'command'), recall);
  }

  async #store(station: string, payload: Buffer): Promise<void> {
    const lookup = this.#stations.get(station);
    if (lookup === undefined) return;
    const report = await decodeReport(payload, lookup);
    if (!report.ok) throw report.refusal;
    const { epoch, seq } = report.value.value;
    if (!this.reports.some((known) => known.epoch === epoch && known.seq === seq))
      this.reports.push(report.value.value);
    const ack = { centre: CENTRE, station, epoch, seq };
    await this.say(topics.to(CENTRE, station, 'ack'), await encodeAck(ack, this.signer));
  }
}
