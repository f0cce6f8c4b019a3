import { createHash } from 'node:crypto';
import type { OrderReference } from '../../protocol/fields.ts';
import { encodeReceipt, type Receipt } from '../../protocol/receipt.ts';
import type { Decoded } from '../../protocol/refusal.ts';
import { topics } from '../../protocol/topics.ts';
import type { Background } from '../background.ts';
import type { Bus } from '../bus/bus.ts';
import type { Database } from '../database/database.ts';
import { reportsOfOrder } from '../ledger/store.ts';
import type { Entered } from './book.ts';
import { progressOf, sumOf } from './progress.ts';
import { latestRevision, stationsOf } from './store.ts';

interface ReceiptsOptions {
  readonly centre: string;
  readonly bus: Bus;
  readonly database: Database;
  readonly background: Background;
}

/** The answers on `in/<client>/receipt`: booked or refused at once, then how the order fares. */
export class Receipts {
  readonly #options: ReceiptsOptions;
  readonly #counting = new Set<string>();
  readonly #again = new Set<string>();

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  /** Answers a request. Not waited for: the client may be the one that does not read. */
  answer(client: string, request: Uint8Array, result: Decoded<Entered>): void {
    const common = { at: new Date().toISOString(), request: requestHash(request) };
    this.#send(
      client,
      result.ok
        ? { ...common, result: 'booked', order: named(result.value), stations: result.value.audience.stations.length }
        : {
            ...common,
            result: 'refused',
            refusal: { code: result.refusal.code, fields: result.refusal.fields.map((field) => ({ ...field })) },
          },
    );
  }

  /** Tells the client of each of these orders its new sums, where a client ordered it. */
  progress(orders: Iterable<string>): void {
    for (const id of new Set(orders)) {
      if (this.#counting.has(id)) this.#again.add(id);
      else this.#options.background.run('receipt', this.#count(id));
    }
  }

  /** One count at a time per order: what is reported meanwhile goes into the next. */
  async #count(id: string): Promise<void> {
    this.#counting.add(id);
    try {
      do {
        this.#again.delete(id);
        await this.#countOnce(id);
      } while (this.#again.has(id));
    } finally {
      this.#counting.delete(id);
    }
  }

  async #countOnce(id: string): Promise<void> {
    const { database } = this.#options;
    const latest = await latestRevision(database, id);
    if (latest?.client === undefined || latest.request === undefined) return;
    const progress = progressOf(latest.order, await stationsOf(database, id), await reportsOfOrder(database, id));
    this.#send(latest.client, {
      at: new Date().toISOString(),
      request: latest.request,
      result: 'progress',
      order: named(latest.order),
      stations: progress.length,
      progress: sumOf(progress),
    });
  }

  #send(client: string, receipt: Receipt): void {
    const { centre, bus, background } = this.#options;
    const topic = topics.in(centre, client, 'receipt');
    background.run('receipt', bus.publish(topic, encodeReceipt(receipt), { qos: 1, retain: false }));
  }
}

export const requestHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const named = ({ id, rev }: OrderReference): OrderReference => ({ id, rev });
