import type { Cancel } from '../../protocol/cancel.ts';
import type { Order } from '../../protocol/order.ts';
import type { Refusal } from '../../protocol/refusal.ts';
import { latestStart } from '../due/lateness.ts';
import type { VerifiedOrder } from '../verify/verify-order.ts';
import { type BookedAiring, type Booking, bookedAiring, insists, refusalOf, reportOf, withState } from './booking.ts';
import type { Journal } from './journal.ts';
import { type AiringRecord, airingKey, isOpen, type Occurrence, type OrderRecord } from './records.ts';
import { hasRoomForOrder, lackOfRoom, roomForAirings } from './room.ts';
import type { ReportDraft } from './sayable.ts';

const nothing: Booking = { booked: [], withdrawn: [] };

/**
 * Books a verified order. [P-61] At most once: an id and revision that is on the journal already, and any revision
 * at or below a cancelled one, books nothing, however often and from wherever it comes. The airings of a daily order
 * are booked by its planner, some time ahead. Nothing more is said of what ended before this journal [P-72].
 */
export async function bookOrder(journal: Journal, { order, zones, kid }: VerifiedOrder): Promise<Booking> {
  let booking = nothing;
  await journal.commit(() => {
    if (isKnown(journal, order)) return undefined;
    const reference = { id: order.id, rev: order.rev };
    const record: OrderRecord = { order, state: 'booked', zones: [...zones], kid };
    const known = new Set(journal.airingsOf(order.id).map(airingKey));
    const ended = endedBefore(journal, order);
    const occurrences = occurrencesOf(order).filter(
      (occurrence) => !known.has(airingKey({ order: reference, occurrence })) && !ended.has(occurrence),
    );
    if (journal.isCancelled(order)) {
      const told = journal.cancels.get(order.id)?.told === true;
      // It was never in force here: of a daily one nothing is owed.
      const off = { ...record, through: Date.parse(order.expiresAt) };
      return { order: off, reports: told ? [] : endOf(reference, order, occurrences, 'cancelled') };
    }
    const stale = unfinished(journal, order.id, order.rev - 1);
    const refusal = lackOfRoom(journal, order, occurrences.length - stale.waiting.length);
    if (refusal !== undefined) {
      booking = { ...nothing, refusal };
      return undefined;
    }
    const airings = occurrences.map(
      (occurrence): AiringRecord => ({ order: reference, occurrence, zones: [...zones], state: 'booked' }),
    );
    // Airings whose order could not be read any more go on with it.
    const left = unfinished(journal, order.id).waiting.filter((airing) => airing.order.rev === order.rev);
    booking = {
      booked: [...left, ...airings].map((airing) => bookedAiring(order, airing)),
      withdrawn: [...stale.waiting, ...stale.onAir].map(airingKey),
    };
    return {
      insist: insists({ order }),
      order: record,
      airings: [...stale.waiting.map(withState('cancelled')), ...airings],
      reports: [
        ...stale.waiting.map((airing) => reportOf(airing, 'cancelled')),
        ...endOf(reference, order, occurrences, 'accepted'),
      ],
    };
  });
  return booking;
}

/**
 * Books occurrences of a daily order that come into view, at most once each, and notes how far it was looked. Those that
 * are late by `now` (milliseconds since 1970) have ended: nobody need attend to them, however many they are.
 */
export async function bookOccurrences(
  journal: Journal,
  order: Order,
  instants: readonly number[],
  through: number,
  now = Number.NEGATIVE_INFINITY,
): Promise<readonly BookedAiring[]> {
  let booked: readonly BookedAiring[] = [];
  await journal.commit(() => {
    const record = journal.orders.get(order.id);
    if (record === undefined || record.order.rev !== order.rev || journal.isCancelled(order)) return undefined;
    const ended = endedBefore(journal, order);
    const isBooked = (instant: number) => {
      const occurrence = new Date(instant).toISOString();
      const isKnown = journal.airings.has(airingKey({ order, occurrence })) || ended.has(occurrence);
      return instant <= (record.through ?? 0) || isKnown;
    };
    const wanted = instants.filter((instant) => !isBooked(instant));
    const lateFrom = (instant: number) => latestStart(order, new Date(instant).toISOString());
    const gone = wanted.filter((instant) => now > Math.min(lateFrom(instant), Date.parse(order.expiresAt)));
    const taken = wanted.slice(0, gone.length + roomForAirings(journal, order));
    // What has no room now is booked when it has, if only to be missed.
    const looked = taken.length === wanted.length ? through : taken.at(-1);
    if (looked === undefined) return undefined;
    const airings = taken.map((instant, at): AiringRecord => {
      const occurrence = new Date(instant).toISOString();
      const airing = { order: { id: order.id, rev: order.rev }, occurrence, zones: record.zones };
      if (at >= gone.length) return { ...airing, state: 'booked' };
      const state = Date.parse(order.expiresAt) <= lateFrom(instant) ? 'expired' : 'missed';
      return { ...airing, state, at: new Date(now).toISOString() };
    });
    const reports = airings.flatMap((airing) => (airing.state === 'booked' ? [] : [reportOf(airing, airing.state)]));
    booked = airings.filter(isOpen).map((airing) => bookedAiring(order, airing));
    return {
      insist: insists({ order }),
      order: { ...record, through: Math.max(looked, record.through ?? 0) },
      airings,
      reports,
    };
  });
  return booked;
}

/** Notes that an authentic order is declined, once, at the instant `at`. What it revises is over all the same [P-31]. */
export async function declineOrder(journal: Journal, order: Order, refusal: Refusal, at: string): Promise<Booking> {
  let booking = nothing;
  await journal.commit(() => {
    if (isKnown(journal, order) || !hasRoomForOrder(journal, order)) return undefined;
    const { waiting, onAir } = unfinished(journal, order.id);
    booking = { booked: [], withdrawn: [...waiting, ...onAir].map(airingKey) };
    return {
      order: { order, state: 'declined', zones: [], at, code: refusal.code },
      airings: waiting.map(withState('cancelled')),
      reports: [
        ...waiting.map((airing) => reportOf(airing, 'cancelled')),
        { outcome: 'rejected', order: { id: order.id, rev: order.rev }, refusal: refusalOf(refusal) },
      ],
    };
  });
  return booking;
}

/** Books a cancellation, whichever of the two came first [P-31]. Airings on air are left for their owner to end. */
export async function bookCancel(
  journal: Journal,
  cancel: Pick<Cancel, 'id' | 'rev'> & Partial<Pick<Cancel, 'issuedAt'>>,
  at: string,
): Promise<Booking> {
  let withdrawn: readonly string[] = [];
  await journal.commit(() => {
    const cancelledUpTo = journal.cancels.get(cancel.id)?.rev ?? 0;
    if (cancelledUpTo >= cancel.rev) return undefined;
    const { waiting, onAir } = unfinished(journal, cancel.id, cancel.rev);
    withdrawn = [...waiting, ...onAir].map(airingKey);
    const record = journal.orders.get(cancel.id);
    const inForce = record?.state === 'booked' && record.order.rev > cancelledUpTo && record.order.rev <= cancel.rev;
    const daily = inForce && record.order.when.type === 'daily';
    // What is cancelled already was so from then on.
    const issuedAt =
      record !== undefined && journal.isCancelled(record.order)
        ? journal.cancels.get(cancel.id)?.issuedAt
        : cancel.issuedAt;
    return {
      insist: true,
      cancel: { id: cancel.id, rev: cancel.rev, at, ...(issuedAt && { issuedAt }) },
      airings: waiting.map(withState('cancelled')),
      reports: [
        ...waiting.map((airing) => reportOf(airing, 'cancelled')),
        // It has occurrences to come that no airing stands for yet.
        ...(daily ? [{ outcome: 'cancelled' as const, order: { id: cancel.id, rev: record.order.rev } }] : []),
      ],
    };
  });
  return { booked: [], withdrawn };
}

function occurrencesOf(order: Order): readonly Occurrence[] {
  switch (order.when.type) {
    case 'now':
      return ['now'];
    case 'at':
      return [...new Set(order.when.instants)].sort();
    case 'daily':
      return [];
  }
}

/**
 * Instants of an order that an earlier revision of it has ended: they are over, whatever the later one changes. What was
 * cancelled, as what waits is by a later revision, is not; nor is what was given up before its instant, for instance
 * because its recording was the wrong one: the revision is there to mend that.
 */
function endedBefore(journal: Journal, { id, rev }: Order): ReadonlySet<Occurrence> {
  const ended = journal
    .airingsOf(id)
    .filter((airing) => airing.order.rev < rev && !isOpen(airing) && airing.state !== 'cancelled')
    .filter(({ occurrence, at }) => occurrence !== 'now' && (at === undefined || at >= occurrence));
  return new Set(ended.map(({ occurrence }) => occurrence));
}

const isKnown = (journal: Journal, order: Order): boolean =>
  (journal.orders.get(order.id)?.order.rev ?? 0) >= order.rev;

function unfinished(journal: Journal, id: string, upTo = Number.MAX_SAFE_INTEGER) {
  const open = journal.airingsOf(id).filter((airing) => airing.order.rev <= upTo && isOpen(airing));
  return {
    waiting: open.filter(({ state }) => state !== 'airing'),
    onAir: open.filter(({ state }) => state === 'airing'),
  };
}

/** One report for each occurrence, or one for the order as a whole where it has none yet. */
function endOf(
  order: AiringRecord['order'],
  { when }: Order,
  occurrences: readonly Occurrence[],
  outcome: 'accepted' | 'cancelled',
): ReportDraft[] {
  if (when.type === 'daily') return [{ outcome, order }];
  return occurrences.map((occurrence) => ({ outcome, order, occurrence }));
}
