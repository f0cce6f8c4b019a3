import type { SigningKey } from '../../protocol/envelope.ts';
import { MAX_CANCELLED_ENTRIES, MAX_INDEX_ENTRIES } from '../../protocol/limits.ts';
import { encodeOrderIndex } from '../../protocol/order-index.ts';
import { topics } from '../../protocol/topics.ts';
import type { Background } from '../background.ts';
import type { Bus } from '../bus/bus.ts';
import type { Database } from '../database/database.ts';
import { liveOrders, nextGeneration, standingCancellations, stationsWithOrders } from './in-force.ts';

/** An index outlives a few missed refreshes, and no more: an old one put back by a broker goes stale. */
const VALID_MS = 60 * 60_000;
const REFRESH_MS = 10 * 60_000;
const SIDE_BY_SIDE = 16;

interface IndexPublisherOptions {
  readonly centre: string;
  readonly database: Database;
  readonly bus: Bus;
  readonly signer: () => SigningKey;
  readonly background: Background;
}

/** Keeps the retained indexes true: one publisher per addressee at a time, so that generations go out in order. */
export class IndexPublisher {
  readonly #options: IndexPublisherOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: IndexPublisherOptions) {
    this.#options = options;
    this.#timer = setInterval(() => options.background.run('index-refresh', this.publishAll()), REFRESH_MS);
  }

  /** Publishes the index of one station, or with `undefined` that of everyone; resolves when it is out. */
  publish(station: string | undefined): Promise<void> {
    const addressee = station ?? '';
    const running = this.#running.get(addressee);
    if (running !== undefined) {
      // What is going out may have been read before the change: once more after it.
      this.#again.add(addressee);
      return running;
    }
    const started = this.#run(station, addressee).finally(() => this.#running.delete(addressee));
    this.#running.set(addressee, started);
    return started;
  }

  async publishMany(stations: readonly string[]): Promise<void> {
    const queue = [...stations];
    const worker = async (): Promise<void> => {
      for (let station = queue.pop(); station !== undefined; station = queue.pop()) await this.publish(station);
    };
    await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, queue.length) }, worker));
  }

  /** Every index that matters: after a start, after the broker was away, and now and then. */
  async publishAll(): Promise<void> {
    await this.publish(undefined);
    await this.publishMany(await stationsWithOrders(this.#options.database));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #run(station: string | undefined, addressee: string): Promise<void> {
    do {
      this.#again.delete(addressee);
      await this.#publishOnce(station);
    } while (this.#again.has(addressee));
  }

  async #publishOnce(station: string | undefined): Promise<void> {
    const { centre, database, bus, signer } = this.#options;
    const now = Date.now();
    const index = await database.transaction(async (queries) => ({
      centre,
      ...(station === undefined ? {} : { station }),
      generation: await nextGeneration(queries, station),
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + VALID_MS).toISOString(),
      orders: await liveOrders(queries, station, MAX_INDEX_ENTRIES),
      cancelled: await standingCancellations(queries, station, MAX_CANCELLED_ENTRIES),
    }));
    const topic = station === undefined ? topics.all(centre, 'index') : topics.to(centre, station, 'index');
    await bus.publish(topic, await encodeOrderIndex(index, signer()), { qos: 1, retain: true });
  }
}
