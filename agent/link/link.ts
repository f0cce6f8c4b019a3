import mqtt, { type MqttClient } from 'mqtt';
import { PacketGauge } from '../../protocol/packet-gauge.ts';
import { type Clock, withDeadline } from '../clock/clock.ts';
import type { Log } from '../log.ts';

/** Seconds. Both ends notice a dead link at one and a half times this: 45 s. */
const KEEPALIVE_S = 30;
const CONNECT_TIMEOUT_MS = 10_000;
/** Reconnects wait a random time up to 1, 2, 4 … 60 s, so that a country of stations does not come back at once. */
const FIRST_BACKOFF_MS = 1_000;
const LAST_BACKOFF_MS = 60_000;
const FAREWELL_MS = 1_000;
const STEADY_S = 30;
const LATER = new Error('acknowledged when it is on the journal');

export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface LinkOptions {
  readonly url: string;
  readonly clientId: string;
  /** For mqtts: our certificate and key, and whose servers we believe; asked for each connection. */
  readonly tls?: () => { readonly cert?: string; readonly key: string; readonly ca?: string };
  readonly filters: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** The last will for the n-th connection of this start, counted from 1. */
  readonly will: (connection: number) => Message;
  /** Subscribed and ready. */
  readonly onUp: (connection: number) => void;
  readonly onDown: () => void;
  /** The broker's PUBACK waits for it [P-60]; the next message does not. */
  readonly onMessage: (message: Message) => Promise<void>;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain?: boolean;
}

/**
 * The MQTT link: clean sessions, two filters, and nothing queued in the client. Every connection gets a client object of
 * its own, since mqtt.js would otherwise resend from its store, one by one, before it says that it is connected.
 */
export class Link {
  readonly #options: LinkOptions;
  #client: MqttClient | undefined;
  #up = false;
  #upSince = 0;
  #connections = 0;
  #attempts = 0;
  #triedAt: number;
  #closed = false;
  #cancelRetry = () => {};

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#triedAt = options.clock.monotonic();
  }

  get up(): boolean {
    return this.#up;
  }

  get connections(): number {
    return this.#connections;
  }

  /** When the latest attempt to connect began, monotonic. */
  get triedAt(): number {
    return this.#triedAt;
  }

  get upSeconds(): number {
    return this.#up ? (this.#options.clock.monotonic() - this.#upSince) / 1_000 : 0;
  }

  /** Begins to connect and keeps at it until `close`. */
  open(): void {
    const { url, clientId, filters, clock, log } = this.#options;
    this.#triedAt = clock.monotonic();
    const connection = this.#connections + 1;
    const will = this.#options.will(connection);
    const client = mqtt.connect(url, {
      clientId,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      protocolVersion: 4,
      ...(url.startsWith('mqtts:') && { ...this.#options.tls?.(), minVersion: 'TLSv1.3' as const }),
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
    });
    this.#client = client;
    const gauge = new PacketGauge();
    // mqtt.js collects whatever is announced; whoever owns the broker could fill a board's memory with it.
    client.stream.on('data', (chunk: Uint8Array) => {
      if (gauge.accepts(chunk)) return;
      log('warn', 'packet-too-large', { url });
      client.stream.destroy();
    });
    client.handleMessage = (packet, readOn) => {
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      this.#options.onMessage({ topic: packet.topic, payload }).then(
        () => {
          if (packet.qos === 1 && client.connected) client.stream.write(puback(packet.messageId ?? 0));
        },
        (error: unknown) => {
          // Not on the journal: no PUBACK, and a connection that begins anew will bring it again out of the index.
          log('error', 'message-not-handled', { topic: packet.topic, error });
          client.end(true);
        },
      );
      // An emergency may come behind what is being written down. Called with an error, mqtt.js reads on and leaves the
      // PUBACK to us.
      readOn(LATER);
    };
    client.on('error', (error) => log('warn', 'link-error', { url, error }));
    client.once('connect', () => {
      client.subscribeAsync([...filters], { qos: 1 }).then(
        (granted) => {
          if (granted.some(({ qos }) => qos > 2)) {
            log('error', 'subscription-refused', { filters });
            client.end(true);
            return;
          }
          this.#connections = connection;
          this.#up = true;
          this.#upSince = clock.monotonic();
          this.#options.onUp(connection);
        },
        (error: unknown) => {
          log('warn', 'subscription-failed', { error });
          client.end(true);
        },
      );
    });
    client.once('close', () => {
      client.end(true);
      if (this.#up) {
        // A connection that breaks at once again is no success: its backoff goes on growing.
        if (this.upSeconds > STEADY_S) this.#attempts = 0;
        this.#up = false;
        this.#options.onDown();
      }
      this.#retryLater();
    });
  }

  /** Resolves when the broker has taken it (QoS 1) or it is sent (QoS 0); rejects at once while the link is down. */
  async publish(message: Message, { qos, retain = false }: PublishOptions): Promise<void> {
    const client = this.#client;
    if (!this.#up || client === undefined) throw new Error('the link is down');
    await client.publishAsync(message.topic, Buffer.from(message.payload), { qos, retain });
  }

  /** Says `farewell` if it can within a second, then disconnects. Never rejects. */
  async close(farewell: Message): Promise<void> {
    this.#closed = true;
    this.#cancelRetry();
    const client = this.#client;
    if (client === undefined) return;
    if (this.#up) {
      const said = this.publish(farewell, { qos: 1, retain: true });
      await withDeadline(this.#options.clock, FAREWELL_MS, said, () => new Error('no time left')).catch(
        () => undefined,
      );
    }
    await client.endAsync(!this.#up).catch(() => undefined);
  }

  #retryLater(): void {
    if (this.#closed) return;
    const longest = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    const wait = Math.random() * longest;
    this.#options.log('info', 'link-retry', { inMs: Math.round(wait) });
    this.#cancelRetry = this.#options.clock.after(wait, () => {
      if (!this.#closed) this.open();
    });
  }
}

/** MQTT 3.1.1, section 3.4. */
const puback = (messageId: number): Buffer => Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]);
