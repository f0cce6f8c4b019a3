import type { Aedes } from 'aedes';
import { type EmbeddedBroker, type EmbeddedBrokerOptions, makeEmbeddedBroker } from '../mqtt/embedded-broker.ts';
import type { Bus, BusEvents, PublishOptions } from './bus.ts';

/**
 * aedes drops what it takes for a duplicate: a message whose counter is not above the last one with the same broker
 * id. A retained publish takes a step more than a plain one before it goes out, so of two begun together the retained
 * one would come second and vanish. Under a name each, both kinds keep their own order and neither hides the other.
 */
const ORIGIN = { retained: 'centre-retained', plain: 'centre-plain' };

/** The bus onto the broker in this process. */
export async function embeddedBus(options: EmbeddedBrokerOptions): Promise<Bus> {
  return new EmbeddedBus(await makeEmbeddedBroker(options));
}

class EmbeddedBus implements Bus {
  url = '';
  readonly #broker: EmbeddedBroker;
  #events: BusEvents | undefined;
  #up = false;

  constructor(broker: EmbeddedBroker) {
    this.#broker = broker;
  }

  async start(events: BusEvents): Promise<void> {
    this.#events = events;
    for (const filter of events.filters) await subscribe(this.#broker.aedes, filter, events);
    this.url = await this.#broker.listen();
    this.#up = true;
    events.up();
  }

  cut(serials: readonly string[]): void {
    this.#broker.cut(serials);
  }

  isUp(): boolean {
    return this.#up;
  }

  publish(topic: string, payload: Uint8Array, { qos, retain }: PublishOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#up) return reject(new Error('the bus is closed'));
      const packet = {
        cmd: 'publish' as const,
        brokerId: retain ? ORIGIN.retained : ORIGIN.plain,
        topic,
        payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
        qos,
        retain,
        dup: false,
      };
      return this.#broker.aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    if (this.#up) this.#events?.down();
    this.#up = false;
    await this.#broker.close();
  }
}

function subscribe(aedes: Aedes, filter: string, events: BusEvents): Promise<void> {
  return new Promise((resolve) => {
    aedes.subscribe(
      filter,
      (packet, done) => {
        const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
        events.message({ topic: packet.topic, payload });
        done();
      },
      resolve,
    );
  });
}
