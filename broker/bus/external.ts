import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { CentreIdentity } from '../authority/centre-identity.ts';
import type { Log } from '../log.ts';
import type { Bus, BusEvents, PublishOptions } from './bus.ts';

export interface ExternalBusOptions {
  /** `mqtt://`, `mqtts://`, with user and password where the broker wants them. */
  readonly url: string;
  readonly clientId: string;
  /** For `mqtts://`: what we show and whom we believe. Made anew for every connection, so that it never ends. */
  readonly identity?: (() => Promise<CentreIdentity>) | undefined;
  /** The broker publishes this, retained, when it loses us. Made anew for every connection. */
  readonly will: () => { readonly topic: string; readonly payload: Uint8Array };
  readonly log: Log;
}

const KEEPALIVE_SECONDS = 30;
const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_WAIT_MS = 5_000;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 15_000;

/**
 * The bus onto any MQTT 3.1.1 broker. Each connection is a new client: mqtt.js keeps unacknowledged messages and
 * resends them one by one before it says that it is connected, and what the centre has to say after an interruption
 * is not what it was about to say before.
 */
export class ExternalBus implements Bus {
  readonly url: string;
  readonly #options: ExternalBusOptions;
  #events: BusEvents | undefined;
  #client: MqttClient | undefined;
  #up = false;
  #closed = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: ExternalBusOptions) {
    this.#options = options;
    this.url = withoutPassword(options.url);
  }

  start(events: BusEvents): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.#options.log('warn', 'broker-not-reachable', { broker: this.url });
        resolve();
      }, FIRST_WAIT_MS);
      this.#events = {
        ...events,
        up: () => {
          clearTimeout(late);
          events.up();
          resolve();
        },
      };
      this.#begin(this.#events);
    });
  }

  /** Another broker knows its own clients: its revocation list is its operator's. */
  cut(): void {}

  isUp(): boolean {
    return this.#up;
  }

  async publish(topic: string, payload: Uint8Array, { qos, retain }: PublishOptions): Promise<void> {
    if (!this.#up || this.#client === undefined) throw new Error('the broker is not reachable');
    await this.#client.publishAsync(topic, Buffer.from(payload), { qos, retain });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const wasUp = this.#up;
    this.#setDown();
    await this.#client?.endAsync(!wasUp);
  }

  #begin(events: BusEvents): void {
    this.#connect(events).catch((error: unknown) => this.#options.log('error', 'broker-link-error', { error }));
  }

  async #connect(events: BusEvents): Promise<void> {
    const identity = await this.#options.identity?.();
    if (this.#closed) return;
    const { topic, payload } = this.#options.will();
    const settings: IClientOptions = {
      protocolVersion: 4,
      clientId: this.#options.clientId,
      clean: true,
      keepalive: KEEPALIVE_SECONDS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // Ours below; with 0 mqtt.js also fails what was in flight instead of keeping it.
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      will: { topic, payload: Buffer.from(payload), qos: 1, retain: true },
      ...identity,
    };
    const client = mqtt.connect(this.#options.url, settings);
    this.#client = client;
    client.on('message', (topic, payload) => events.message({ topic, payload }));
    client.on('error', (error) => this.#options.log('warn', 'broker-link-error', { error }));
    client.on('connect', () => {
      client.subscribeAsync([...events.filters], { qos: 1 }).then(
        (granted) => this.#subscribed(client, granted, events),
        (error: unknown) => {
          this.#options.log('warn', 'broker-subscribe-failed', { error });
          client.end(true);
        },
      );
    });
    client.on('close', () => this.#lost(client, events));
  }

  #subscribed(client: MqttClient, granted: readonly { topic: string; qos: number }[], events: BusEvents): void {
    if (client !== this.#client || this.#closed) return;
    const denied = granted.filter((grant) => grant.qos > 2).map((grant) => grant.topic);
    if (denied.length > 0) this.#options.log('error', 'broker-denies-subscription', { denied });
    this.#failures = 0;
    this.#up = true;
    events.up();
  }

  #lost(client: MqttClient, events: BusEvents): void {
    if (client !== this.#client) return;
    this.#setDown();
    client.removeAllListeners('message');
    client.end(true);
    if (this.#closed) return;
    clearTimeout(this.#retry);
    const longest = Math.min(FIRST_DELAY_MS * 2 ** this.#failures++, LONGEST_DELAY_MS);
    this.#retry = setTimeout(() => this.#begin(events), longest * (0.5 + Math.random() / 2));
  }

  #setDown(): void {
    if (!this.#up) return;
    this.#up = false;
    this.#events?.down();
  }
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.toString().replace(/\/$/, '');
}
