import { type CryptoKey, exportJWK, generateKeyPair } from 'jose';
import { v7 as uuid } from 'uuid';
import { type EmbeddedBroker, makeEmbeddedBroker } from '../../broker/mqtt/embedded-broker.ts';
import { encodeAck } from '../../protocol/ack.ts';
import { decodeBirth } from '../../protocol/birth.ts';
import { encodeCancel } from '../../protocol/cancel.ts';
import type { SigningKey } from '../../protocol/envelope.ts';
import { encodeHost } from '../../protocol/host.ts';
import { encodeKeys, importPublicKey } from '../../protocol/keys.ts';
import { type AudioVariant, encodeOrder, type Order } from '../../protocol/order.ts';
import { decodePull } from '../../protocol/pull.ts';
import { encodeRecall, type RecallQuestion } from '../../protocol/recall.ts';
import { accepted } from '../../protocol/refusal.ts';
import { decodeReport, isLast, type Report } from '../../protocol/report.ts';
import { encodeTime } from '../../protocol/time.ts';
import { topics } from '../../protocol/topics.ts';
import { CENTRE } from './centre-name.ts';
import { first } from './first.ts';

/** About as long as a centre's database takes. */
const ACKNOWLEDGE_MS = 10;

/** A message from a station, with the instant of its arrival by `performance.now()`. */
export interface Upward {
  readonly at: number;
  readonly topic: string;
  readonly payload: Buffer;
}

/**
 * The least centre that stations obey, over the real embedded broker: keys, presence, time, orders, acknowledgements. It reads
 * and acknowledges reports only when asked to, between the measurements: a real centre would use other processors.
 */
export class BenchCentre {
  readonly url: string;
  /** 32 bytes in base64url. */
  readonly root: string;
  readonly #broker: EmbeddedBroker;
  readonly #signer: SigningKey;
  readonly #listeners = new Set<(message: Upward) => void>();
  readonly #births = new Map<string, Buffer>();
  readonly #reports = new Map<string, Buffer[]>();
  /** By epoch: the last report's number that was acknowledged. */
  readonly #stored = new Map<string, number>();

  private constructor(broker: EmbeddedBroker, url: string, root: string, signer: SigningKey) {
    this.#broker = broker;
    this.url = url;
    this.root = root;
    this.#signer = signer;
    broker.aedes.on('publish', ({ topic, payload }, client) => {
      if (client !== null) this.#hear({ at: performance.now(), topic, payload: Buffer.from(payload) });
    });
  }

  static async start(): Promise<BenchCentre> {
    const broker = await makeEmbeddedBroker({ centre: CENTRE, host: '127.0.0.1', port: 0, log: () => {} });
    const [root, signing] = await Promise.all([makeKey(), makeKey()]);
    const centre = new BenchCentre(broker, await broker.listen(), root.public, {
      kid: 'bench-1',
      key: signing.private,
    });
    const manifest = {
      centre: CENTRE,
      version: 1,
      issuedAt: new Date().toISOString(),
      keys: [{ use: 'centre' as const, kid: 'bench-1', key: signing.public }],
      revoked: [],
    };
    const keys = await encodeKeys(manifest, { kid: 'root', key: root.private });
    await centre.publish(topics.all(CENTRE, 'keys'), keys, true);
    const host = encodeHost({ state: 'online', since: new Date().toISOString() });
    await centre.publish(topics.all(CENTRE, 'host'), host, true);
    return centre;
  }

  /** Hears what stations say from now on. */
  readonly listen = (listener: (message: Upward) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /**
   * An emergency for one zone of one station, so that nothing stands between its arrival and its airing; `changes` make
   * it another order.
   */
  async sign(
    station: string,
    zone: string,
    recording: AudioVariant,
    changes: Partial<Order> = {},
  ): Promise<{ order: Order; token: Uint8Array }> {
    const now = Date.now();
    const order: Order = {
      id: uuid(),
      rev: 1,
      type: 'new',
      centre: CENTRE,
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + 3_600_000).toISOString(),
      status: 'test',
      priority: 'emergency',
      title: 'Đo tốc độ',
      to: { stations: [station] },
      zones: [zone],
      when: { type: 'now' },
      lateBy: 300,
      programme: [{ type: 'audio', variants: [recording] }],
      onInterrupt: 'skip',
      ...changes,
    };
    return { order, token: await encodeOrder(order, this.#signer) };
  }

  async cancel(station: string, { id, rev }: Order): Promise<void> {
    const cancel = { id, rev, type: 'cancel' as const, centre: CENTRE, issuedAt: new Date().toISOString() };
    await this.publish(topics.to(CENTRE, station, 'order'), await encodeCancel(cancel, this.#signer));
  }

  /** Acknowledges what comes from one station as it comes, the latest number only, until the function returned is called. */
  acknowledging(station: string): () => void {
    let timer: NodeJS.Timeout | undefined;
    const acknowledge = async (): Promise<void> => {
      timer = undefined;
      const waiting = this.#reports.get(station) ?? [];
      // Only the last one needs to be read: reports come in the order of their numbers.
      this.#reports.set(station, waiting.slice(-1));
      const last = (await this.#read(station)).at(-1);
      if (last !== undefined) await this.#acknowledge(last);
    };
    const stop = this.listen(({ topic }) => {
      if (topic === reportsOf(station)) timer ??= setTimeout(() => void acknowledge(), ACKNOWLEDGE_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }

  publish(topic: string, payload: Uint8Array, retain = false): Promise<void> {
    return new Promise((resolve, reject) => {
      const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain, dup: false } as const;
      this.#broker.aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Waits for the last report of an order, and acknowledges everything up to it. */
  async settle(station: string, order: Order): Promise<Report> {
    for (;;) {
      // Heard from before we look, so that none slips through between.
      const another = first(`reports of ${station}`, this.listen, ({ topic }) => topic === reportsOf(station));
      another.catch(() => {});
      const reports = await this.#read(station);
      const last = reports.at(-1);
      const final = reports.find((report) => report.order?.id === order.id && isLast(report));
      if (last !== undefined) await this.#acknowledge(last);
      if (final !== undefined) return final;
      await another;
    }
  }

  close(): Promise<void> {
    return this.#broker.close();
  }

  #hear(message: Upward): void {
    const [, , , direction, station = '', channel] = message.topic.split('/');
    if (direction !== 'from') return;
    if (channel === 'birth') this.#births.set(station, message.payload);
    if (channel === 'report') this.#reports.set(station, [...(this.#reports.get(station) ?? []), message.payload]);
    if (channel === 'pull') void this.#answer(station, message.payload);
    for (const listener of this.#listeners) listener(message);
  }

  /** The time among it: a machine whose clock nobody has synchronised would air nothing but emergencies. */
  async #answer(station: string, payload: Buffer): Promise<void> {
    const pull = decodePull(payload);
    if (pull.ok && pull.value.journal !== undefined) await this.#recall(station, pull.value.journal);
    if (!pull.ok || pull.value.nonce === undefined) return;
    const time = { centre: CENTRE, station, nonce: pull.value.nonce, now: new Date().toISOString() };
    await this.publish(topics.to(CENTRE, station, 'time'), await encodeTime(time, this.#signer));
  }

  /** Without it no report is sent [P-71]. What began and ended matters to no measurement. */
  async #recall(station: string, { epoch, nonce }: RecallQuestion): Promise<void> {
    const stored = this.#stored.get(epoch) ?? 0;
    const known = { centre: CENTRE, station, epoch, nonce, now: new Date().toISOString() };
    const recall = await encodeRecall({ ...known, stored, highest: stored, airings: [] }, this.#signer);
    await this.publish(topics.to(CENTRE, station, 'command'), recall);
  }

  async #read(station: string): Promise<readonly Report[]> {
    const payloads = this.#reports.get(station) ?? [];
    this.#reports.delete(station);
    if (payloads.length === 0) return [];
    const birth = decodeBirth(this.#births.get(station) ?? Buffer.alloc(0));
    if (!birth.ok) throw birth.refusal;
    const key = await importPublicKey(birth.value.key);
    return Promise.all(
      payloads.map(async (payload) => {
        const report = await decodeReport(payload, () => accepted(key));
        if (!report.ok) throw report.refusal;
        return report.value.value;
      }),
    );
  }

  async #acknowledge({ station, epoch, seq }: Report): Promise<void> {
    this.#stored.set(epoch, seq);
    const ack = await encodeAck({ centre: CENTRE, station, epoch, seq }, this.#signer);
    await this.publish(topics.to(CENTRE, station, 'ack'), ack);
  }
}

const reportsOf = (station: string): string => topics.from(CENTRE, station, 'report');

async function makeKey(): Promise<{ private: CryptoKey; public: string }> {
  const { privateKey, publicKey } = await generateKeyPair('Ed25519', { extractable: true });
  const { x } = await exportJWK(publicKey);
  return { private: privateKey, public: x ?? '' };
}
