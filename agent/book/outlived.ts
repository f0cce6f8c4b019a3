import type { Memory } from './memory.ts';
import { airingKey } from './records.ts';
import type { Operation } from './storage.ts';

const LONGEST_ORDER_MS = 400 * 24 * 60 * 60_000;

/** What nothing can bring back any more, and how it is deleted. */
export interface Outlived {
  readonly orders: ReadonlySet<string>;
  readonly cancels: readonly string[];
  readonly operations: Operation[];
}

/**
 * Orders that ended before `before` (milliseconds since 1970), with their airings. A cancellation or a recalled airing
 * whose order never came is kept longer than any order may last.
 */
export function outlived(memory: Memory, before: number): Outlived {
  const ended = [...memory.orders.values()].filter(({ order }) => Date.parse(order.expiresAt) < before);
  const orphans = [...memory.airings.values()].filter(
    ({ order, at }) => !memory.orders.has(order.id) && Date.parse(at ?? '') < before - LONGEST_ORDER_MS,
  );
  const orders = new Set([...ended, ...orphans].map(({ order }) => order.id));
  const cancels = [...memory.cancels]
    .filter(([, { at }]) => Date.parse(at) < before - LONGEST_ORDER_MS)
    .map(([id]) => id);
  const keys = [
    ...[...orders].flatMap((id) => [
      `order/${id}`,
      ...memory.airingsOf(id).map((airing) => `airing/${airingKey(airing)}`),
    ]),
    ...cancels.map((id) => `cancel/${id}`),
  ];
  return { orders, cancels, operations: keys.map((key) => ({ type: 'del', key })) };
}
