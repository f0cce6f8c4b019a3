import type { SigningKey } from '../../protocol/envelope.ts';
import { MAX_CANCELLED_ENTRIES, MAX_INDEX_ENTRIES } from '../../protocol/limits.ts';
import { encodeOrderIndex } from '../../protocol/order-index.ts';
import { topics } from '../../protocol/topics.ts';
import type { Background } from '../background.ts';
import type { Bus } from '../bus/bus.ts';
import type { Database } from '../database/database.ts';
import { liveOrders, nextGeneration, standingCancellations, stationsWithOrders } from './in-force.ts';

/** An index outlives a few missed repetitions, and no more: an old one put back by a broker goes stale. */
const VALID_MS = 60 * 60_000;
const SIDE_BY_SIDE = 16;
/** An index that could not go out, for instance because the database was away for a moment, is tried again so soon. */
const RETRY_MS = 5_000;

interface IndexPublisherOptions {
  readonly centre: string;
  readonly database: Database;
  readonly bus: Bus;
  readonly signer: () => SigningKey;
  readonly background: Background;
  readonly retryMs?: number;
}

/** Keeps the retained indexes true: one publisher per addressee at a time, so that generations go out in order. */
export class IndexPublisher {
  readonly #options: IndexPublisherOptions;
  readonly #running = new Map<string | undefined, Promise<void>>();
  readonly #again = new Set<string | undefined>();
  /** Addressees whose last index did not go out. */
  readonly #failed = new Set<string | undefined>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: IndexPublisherOptions) {
    this.#options = options;
    const { background, bus, retryMs = RETRY_MS } = options;
    const retry = () => {
      if (this.#failed.size > 0 && bus.isUp()) background.run('index-retry', this.publishMany([...this.#failed]));
    };
    this.#timer = setInterval(retry, retryMs);
  }

  /** Publishes the index of one station, or with `undefined` that of everyone; resolves when it is out. */
  publish(station: string | undefined): Promise<void> {
    const running = this.#running.get(station);
    if (running !== undefined) {
      // What is going out may have been read before the change: once more after it.
      this.#again.add(station);
      return running;
    }
    const started = this.#run(station);
    this.#running.set(station, started);
    return started;
  }

  /** The same for many; one that fails holds up no other. Rejects when any has failed. */
  async publishMany(stations: readonly (string | undefined)[]): Promise<void> {
    const queue = stations.values();
    const errors: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (const station of queue) await this.publish(station).catch((error: unknown) => errors.push(error));
    };
    await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, stations.length) }, worker));
    if (errors.length > 0) throw new Error(`${errors.length} indexes did not go out`, { cause: errors[0] });
  }

  /** Every index that matters: after a start, after the broker was away, and every few minutes. */
  async publishAll(): Promise<void> {
    await this.publishMany([undefined, ...(await stationsWithOrders(this.#options.database))]);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #run(station: string | undefined): Promise<void> {
    // So that `publish` has noted this run before it can end.
    await undefined;
    try {
      do {
        this.#again.delete(station);
        await this.#publishOnce(station);
      } while (this.#again.has(station));
      this.#failed.delete(station);
    } catch (error) {
      this.#failed.add(station);
      throw error;
    } finally {
      // In the same step as the last look at `again`: whoever asks after that look must find nobody running.
      this.#running.delete(station);
    }
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
