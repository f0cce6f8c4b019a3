import type { Cancel } from '../../protocol/cancel.ts';
import type { Order } from '../../protocol/order.ts';
import type { Refusal } from '../../protocol/refusal.ts';
import { isFinal, type Outcome } from '../../protocol/report.ts';
import type { VerifiedOrder } from '../verify/verify-order.ts';
import type { Journal, ReportDraft } from './journal.ts';
import { type AiringRecord, airingKey, type Occurrence } from './records.ts';

/** One occurrence of one order on this station, on the journal. Only this file makes one. */
export interface BookedAiring {
  readonly key: string;
  readonly order: Order;
  readonly occurrence: Occurrence;
  readonly zones: readonly string[];
}

export interface Booking {
  /** New airings, to be fetched and aired. */
  readonly booked: readonly BookedAiring[];
  /** Airings of earlier revisions that are off now: not to be begun, and to be stopped if on air. */
  readonly withdrawn: readonly string[];
}

const nothing: Booking = { booked: [], withdrawn: [] };

/**
 * Books a verified order. [P-61] At most once: an id and revision that is on the journal already, and any revision
 * at or below a cancelled one, books nothing, however often and from wherever it comes.
 */
export async function bookOrder(journal: Journal, { order, zones }: VerifiedOrder): Promise<Booking> {
  let booking = nothing;
  await journal.commit(() => {
    if (isKnown(journal, order)) return undefined;
    const reference = { id: order.id, rev: order.rev };
    const occurrences = occurrencesOf(order);
    if ((journal.cancels.get(order.id)?.rev ?? 0) >= order.rev) {
      return {
        order: { order, state: 'booked' },
        reports: occurrences.map((occurrence) => ({ outcome: 'cancelled', order: reference, occurrence })),
      };
    }
    const stale = unfinished(journal, order.id);
    const airings = occurrences.map(
      (occurrence): AiringRecord => ({ order: reference, occurrence, zones: [...zones], state: 'booked' }),
    );
    booking = {
      booked: airings.map((airing) => bookedAiring(order, airing)),
      withdrawn: [...stale.waiting, ...stale.onAir].map(airingKey),
    };
    return {
      order: { order, state: 'booked' },
      airings: [...stale.waiting.map(withState('cancelled')), ...airings],
      reports: [
        ...stale.waiting.map((airing) => reportOf(airing, 'cancelled')),
        ...airings.map((airing) => reportOf(airing, 'accepted')),
      ],
    };
  });
  return booking;
}

/** Notes that an authentic order is declined, once; false when that was known. */
export function declineOrder(journal: Journal, order: Order, refusal: Refusal): Promise<boolean> {
  return journal.commit(() =>
    isKnown(journal, order)
      ? undefined
      : {
          order: { order, state: 'declined' },
          reports: [{ outcome: 'rejected', order: { id: order.id, rev: order.rev }, refusal: refusalOf(refusal) }],
        },
  );
}

/** Books a cancellation, whichever of the two came first [P-31]. Airings on air are left for their owner to end. */
export async function bookCancel(journal: Journal, cancel: Pick<Cancel, 'id' | 'rev'>, at: string): Promise<Booking> {
  let withdrawn: readonly string[] = [];
  await journal.commit(() => {
    if ((journal.cancels.get(cancel.id)?.rev ?? 0) >= cancel.rev) return undefined;
    const { waiting, onAir } = unfinished(journal, cancel.id, cancel.rev);
    withdrawn = [...waiting, ...onAir].map(airingKey);
    return {
      cancel: { id: cancel.id, rev: cancel.rev, at },
      airings: waiting.map(withState('cancelled')),
      reports: waiting.map((airing) => reportOf(airing, 'cancelled')),
    };
  });
  return { booked: [], withdrawn };
}

/**
 * What the journal still owes after a start: airings to take up again. One that was on air when the station died is
 * reported `interrupted`: it was heard in part, and must not be heard in full again by itself.
 */
export async function resumeBook(journal: Journal): Promise<readonly BookedAiring[]> {
  await journal.commit(() => {
    const cut = [...journal.airings.values()].filter(({ state }) => state === 'airing');
    if (cut.length === 0) return undefined;
    return {
      airings: cut.map(withState('interrupted')),
      reports: cut.map((airing) => reportOf(airing, 'interrupted')),
    };
  });
  return [...journal.airings.values()].filter(isOpen).flatMap((airing) => {
    const record = journal.orders.get(airing.order.id);
    return record === undefined ? [] : [bookedAiring(record.order, airing)];
  });
}

/**
 * Moves an airing on and writes its report in the same entry. [P-62] One final outcome: false, and nothing written,
 * when the airing has ended already, for instance by a cancellation a moment ago.
 */
export function recordOutcome(
  journal: Journal,
  airing: BookedAiring,
  outcome: Outcome,
  details: Partial<ReportDraft> = {},
): Promise<boolean> {
  return journal.commit(() => {
    const record = journal.airings.get(airing.key);
    if (record === undefined || !isOpen(record)) return undefined;
    return { airings: [{ ...record, state: outcome }], reports: [{ ...details, ...reportOf(record, outcome) }] };
  });
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

function bookedAiring(order: Order, record: AiringRecord): BookedAiring {
  return { key: airingKey(record), order, occurrence: record.occurrence, zones: record.zones };
}

const isKnown = (journal: Journal, order: Order): boolean =>
  (journal.orders.get(order.id)?.order.rev ?? 0) >= order.rev;

const isOpen = ({ state }: AiringRecord): boolean => state === 'booked' || !isFinal(state);

function unfinished(journal: Journal, id: string, upTo = Number.MAX_SAFE_INTEGER) {
  const open = [...journal.airings.values()].filter(
    (airing) => airing.order.id === id && airing.order.rev <= upTo && isOpen(airing),
  );
  return {
    waiting: open.filter(({ state }) => state !== 'airing'),
    onAir: open.filter(({ state }) => state === 'airing'),
  };
}

const withState =
  (state: AiringRecord['state']) =>
  (airing: AiringRecord): AiringRecord => ({ ...airing, state });

const reportOf = (airing: AiringRecord, outcome: Outcome): ReportDraft => ({
  outcome,
  order: airing.order,
  occurrence: airing.occurrence,
});

/** A refusal as a report carries it. */
export function refusalOf(refusal: Refusal): NonNullable<ReportDraft['refusal']> {
  return {
    code: refusal.code,
    ...(refusal.fields.length > 0 && { fields: refusal.fields.map(({ path, problem }) => ({ path, problem })) }),
  };
}
