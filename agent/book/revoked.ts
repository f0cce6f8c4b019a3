import { isDeepStrictEqual } from 'node:util';
import type { OrderReference } from '../../protocol/fields.ts';
import type { VerifiedOrder } from '../verify/verify-order.ts';
import type { Booking } from './booking.ts';
import type { Journal } from './journal.ts';
import { type AiringRecord, airingKey, isOpen } from './records.ts';
import type { ReportDraft } from './sayable.ts';

/** Whether a key was revoked; undefined stands for one that nobody noted. */
export type IsRevoked = (kid: string | undefined) => boolean;

/**
 * Whether a booked order is in question [P-102]: the key that signed it was revoked since, and nobody has vouched for it by
 * a key that counts.
 */
export function isInQuestion(journal: Journal, isRevoked: IsRevoked, id: string): boolean {
  const record = journal.orders.get(id);
  return record?.state === 'booked' && isRevoked(record.kid);
}

/** The orders in question of which anything is still to come. */
export function ordersInQuestion(journal: Journal, isRevoked: IsRevoked): readonly OrderReference[] {
  return [...journal.orders.values()]
    .filter(({ state, kid }) => state === 'booked' && isRevoked(kid))
    .map(({ order }) => order)
    .filter((order) => !journal.isCancelled(order))
    .filter(({ id, when }) => when.type === 'daily' || journal.airingsOf(id).some(isOpen))
    .map(({ id, rev }) => ({ id, rev }));
}

/**
 * Notes that a key which counts has signed the very order that is in question: it stands, with all that has begun or ended
 * of it, so nothing airs twice [P-61]. False where it is another order under the same id and revision.
 */
export async function vouch(journal: Journal, { order, kid }: VerifiedOrder): Promise<boolean> {
  let same = false;
  await journal.commit(() => {
    const record = journal.orders.get(order.id);
    same = record !== undefined && isDeepStrictEqual(record.order, order);
    return record !== undefined && same ? { insist: true, order: { ...record, kid } } : undefined;
  });
  return same;
}

/**
 * Ends for good what a revoked key alone has ordered, once. What was heard in part is `interrupted`; nothing else of it
 * ever sounded. An airing that is on air is left for its owner to end.
 */
export async function refuseRevoked(journal: Journal, id: string, at: string): Promise<Booking> {
  let withdrawn: readonly string[] = [];
  await journal.commit(() => {
    const record = journal.orders.get(id);
    if (record?.state !== 'booked') return undefined;
    const open = journal.airingsOf(id).filter(isOpen);
    const refused = open
      .filter(({ state }) => state !== 'airing')
      .map(({ continues, ...airing }): AiringRecord => {
        return { ...airing, state: continues ? 'interrupted' : 'rejected', at, code: 'revoked-key' };
      });
    withdrawn = open.map(airingKey);
    const { order } = record;
    const refusal = { code: 'revoked-key' } as const;
    const reports = refused.map(({ order, occurrence, state }): ReportDraft => {
      return { outcome: state === 'interrupted' ? state : 'rejected', order, occurrence, refusal };
    });
    // It has occurrences to come that no airing stands for yet.
    if (order.when.type === 'daily') {
      reports.push({ outcome: 'rejected', order: { id, rev: order.rev }, refusal });
    }
    return { insist: true, order: { ...record, state: 'declined', at, code: refusal.code }, airings: refused, reports };
  });
  return { booked: [], withdrawn };
}
