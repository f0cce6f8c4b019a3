import type { Cancel } from '../../protocol/cancel.ts';
import type { Order } from '../../protocol/order.ts';
import { isFinal, type Outcome } from '../../protocol/report.ts';
import type { Refusal } from '../../protocol/refusal.ts';
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
  const known = journal.orders.get(order.id);
  if (known !== undefined && known.order.rev >= order.rev) return nothing;
  const reference = { id: order.id, rev: order.rev };
  const cancel = journal.cancels.get(order.id);
  if (cancel !== undefined && cancel.rev >= order.rev) {
    const reports: ReportDraft[] = occurrencesOf(order).map((occurrence) => ({
      outcome: 'cancelled',
      order: reference,
      occurrence,
    }));
    await journal.commit({ order: { order, state: 'booked' }, reports });
    return nothing;
  }
  const stale = unfinished(journal, order.id);
  const airings = occurrencesOf(order).map(
    (occurrence): AiringRecord => ({ order: reference, occurrence, zones: [...zones], state: 'booked' }),
  );
  await journal.commit({
    order: { order, state: 'booked' },
    airings: [...stale.waiting.map(withState('cancelled')), ...airings],
    reports: [
      ...stale.waiting.map((airing) => finalReport(airing, 'cancelled')),
      ...airings.map((airing): ReportDraft => ({ outcome: 'accepted', order: reference, occurrence: airing.occurrence })),
    ],
  });
  return {
    booked: airings.map((airing) => bookedAiring(order, airing)),
    withdrawn: [...stale.waiting, ...stale.onAir].map(airingKey),
  };
}

/** Notes that an authentic order is declined, once; false when that was known. */
export async function declineOrder(journal: Journal, order: Order, refusal: Refusal): Promise<boolean> {
  const known = journal.orders.get(order.id);
  if (known !== undefined && known.order.rev >= order.rev) return false;
  await journal.commit({ order: { order, state: 'declined' }, reports: [declined(order, refusal)] });
  return true;
}

/** Books a cancellation, whichever of the two came first [P-31]. Airings on air are left for their owner to end. */
export async function bookCancel(journal: Journal, cancel: Pick<Cancel, 'id' | 'rev'>, at: string): Promise<Booking> {
  const known = journal.cancels.get(cancel.id);
  if (known !== undefined && known.rev >= cancel.rev) return nothing;
  const { waiting, onAir } = unfinished(journal, cancel.id, cancel.rev);
  await journal.commit({
    cancel: { id: cancel.id, rev: cancel.rev, at },
    airings: waiting.map(withState('cancelled')),
    reports: waiting.map((airing) => finalReport(airing, 'cancelled')),
  });
  return { booked: [], withdrawn: [...waiting, ...onAir].map(airingKey) };
}

/**
 * What the journal still owes after a start: airings to take up again. One that was on air when the station died is
 * reported `interrupted`, for it has been heard in part and must not be heard in full again by itself.
 */
export async function resumeBook(journal: Journal): Promise<readonly BookedAiring[]> {
  const open = [...journal.airings.values()].filter((airing) => airing.state === 'booked' || !isFinal(airing.state));
  const cut = open.filter((airing) => airing.state === 'airing');
  if (cut.length > 0) {
    await journal.commit({
      airings: cut.map(withState('interrupted')),
      reports: cut.map((airing) => finalReport(airing, 'interrupted')),
    });
  }
  return open.flatMap((airing) => {
    const record = journal.orders.get(airing.order.id);
    return airing.state === 'airing' || record === undefined ? [] : [bookedAiring(record.order, airing)];
  });
}

/** Moves an airing on and writes its report in the same entry. */
export async function recordOutcome(
  journal: Journal,
  airing: BookedAiring,
  outcome: Outcome,
  details: Partial<ReportDraft> = {},
): Promise<void> {
  const order = { id: airing.order.id, rev: airing.order.rev };
  await journal.commit({
    airings: [{ order, occurrence: airing.occurrence, zones: [...airing.zones], state: outcome }],
    reports: [{ ...details, outcome, order, occurrence: airing.occurrence }],
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

function unfinished(journal: Journal, id: string, upTo = Number.MAX_SAFE_INTEGER) {
  const open = [...journal.airings.values()].filter(
    ({ order, state }) => order.id === id && order.rev <= upTo && (state === 'booked' || !isFinal(state)),
  );
  return { waiting: open.filter(({ state }) => state !== 'airing'), onAir: open.filter(({ state }) => state === 'airing') };
}

const withState =
  (state: AiringRecord['state']) =>
  (airing: AiringRecord): AiringRecord => ({ ...airing, state });

const finalReport = (airing: AiringRecord, outcome: Outcome): ReportDraft => ({
  outcome,
  order: airing.order,
  occurrence: airing.occurrence,
});

const declined = (order: Order, refusal: Refusal): ReportDraft => ({
  outcome: 'rejected',
  order: { id: order.id, rev: order.rev },
  refusal: refusalOf(refusal),
});

/** A refusal as a report carries it. */
export function refusalOf(refusal: Refusal): NonNullable<ReportDraft['refusal']> {
  return {
    code: refusal.code,
    ...(refusal.fields.length > 0 && { fields: refusal.fields.map(({ path, problem }) => ({ path, problem })) }),
  };
}
