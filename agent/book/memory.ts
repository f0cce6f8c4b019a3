import { type AiringRecord, airingKey, type CancelRecord, isOpen, type OrderRecord } from './records.ts';
import { type Operation, put } from './storage.ts';

/** What one entry of the journal changes. */
export interface Records {
  readonly order?: OrderRecord;
  readonly cancel?: { readonly id: string } & CancelRecord;
  readonly airings?: readonly AiringRecord[];
  readonly facts?: Readonly<Record<string, string>>;
}

/** How they are written down. */
export function operationsOf({ order, cancel, airings = [], facts = {} }: Records): Operation[] {
  return [
    ...(order ? [put(`order/${order.order.id}`, order)] : []),
    ...(cancel ? [put(`cancel/${cancel.id}`, cancelOf(cancel))] : []),
    ...airings.map((airing) => put(`airing/${airingKey(airing)}`, airing)),
    ...Object.entries(facts).map(([name, value]) => put(`fact/${name}`, value)),
  ];
}

const cancelOf = ({ id: _, ...cancel }: NonNullable<Records['cancel']>): CancelRecord => cancel;

/** The journal's records as the agent reads them: all in memory, and each order's airings at hand. */
export class Memory {
  readonly orders = new Map<string, OrderRecord>();
  readonly cancels = new Map<string, CancelRecord>();
  readonly airings = new Map<string, AiringRecord>();
  readonly facts = new Map<string, string>();
  readonly #keysByOrder = new Map<string, Set<string>>();
  #open = 0;

  /** How many airings are open. */
  get open(): number {
    return this.#open;
  }

  airingsOf(order: string): readonly AiringRecord[] {
    return [...(this.#keysByOrder.get(order) ?? [])].flatMap((key) => this.airings.get(key) ?? []);
  }

  /** Takes over what an entry changes; the function returned takes that back, latest entry first. */
  remember({ order, cancel, airings = [], facts = {} }: Records): () => void {
    const undo: (() => void)[] = [];
    if (order) undo.push(set(this.orders, order.order.id, order));
    if (cancel) undo.push(set(this.cancels, cancel.id, cancelOf(cancel)));
    for (const airing of airings) undo.push(this.#putAiring(airing));
    for (const [name, value] of Object.entries(facts)) undo.push(set(this.facts, name, value));
    return () => {
      for (const step of undo.reverse()) step();
    };
  }

  /** The airings of a forgotten order go with it. */
  forgetOrder(id: string): void {
    for (const key of this.#keysByOrder.get(id) ?? []) this.#dropAiring(key);
    this.orders.delete(id);
  }

  #putAiring(airing: AiringRecord): () => void {
    const key = airingKey(airing);
    const before = this.airings.get(key);
    this.#count(before, airing);
    this.airings.set(key, airing);
    if (before !== undefined) return () => void this.#putAiring(before);
    const keys = this.#keysByOrder.get(airing.order.id) ?? new Set();
    this.#keysByOrder.set(airing.order.id, keys.add(key));
    return () => this.#dropAiring(key);
  }

  #dropAiring(key: string): void {
    const airing = this.airings.get(key);
    if (airing === undefined) return;
    this.#count(airing, undefined);
    this.airings.delete(key);
    const keys = this.#keysByOrder.get(airing.order.id);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysByOrder.delete(airing.order.id);
  }

  #count(before: AiringRecord | undefined, after: AiringRecord | undefined): void {
    if (before !== undefined && isOpen(before)) this.#open -= 1;
    if (after !== undefined && isOpen(after)) this.#open += 1;
  }
}

function set<T>(map: Map<string, T>, key: string, value: T): () => void {
  const before = map.get(key);
  map.set(key, value);
  return () => {
    if (before === undefined) map.delete(key);
    else map.set(key, before);
  };
}
