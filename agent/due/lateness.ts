import type { Order } from '../../protocol/order.ts';
import type { Occurrence } from '../book/records.ts';

/** `lateBy` counts whole seconds: who is to begin within 0 of them has the second that it falls due in. */
const WITHIN_A_SECOND_MS = 999;

/**
 * Milliseconds since 1970 until which an occurrence may begin, its order's end left aside: `lateBy` after its instant, or
 * for `now` after the order's issue, so that a station which was away plays no backlog.
 */
export const latestStart = ({ issuedAt, lateBy }: Pick<Order, 'issuedAt' | 'lateBy'>, occurrence: Occurrence): number =>
  Date.parse(occurrence === 'now' ? issuedAt : occurrence) + lateBy * 1_000 + WITHIN_A_SECOND_MS;

/**
 * [P-130] Until when what has begun may go on or begin again: until it would have ended had it begun as late as it may. A
 * board that is switched on again days later, or at night, plays no remainder. A warning may as long as it is in force.
 */
export function latestReturn(order: Order, occurrence: Occurrence): number {
  if (order.priority === 'emergency') return Number.POSITIVE_INFINITY;
  return latestStart(order, occurrence) + lengthMs(order);
}

/** As announced, repetitions and the gaps between them included; of several languages the longest. */
function lengthMs({ programme, repeat }: Pick<Order, 'programme' | 'repeat'>): number {
  const once = programme.reduce(
    (sum, item) => sum + (item.type === 'audio' ? Math.max(...item.variants.map(({ durationMs }) => durationMs)) : 0),
    0,
  );
  const { times = 1, gap = 0 } = repeat ?? {};
  return once * times + gap * 1_000 * (times - 1);
}
