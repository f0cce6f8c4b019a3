import type { Cancel } from '../../protocol/cancel.ts';
import type { Order } from '../../protocol/order.ts';
import type { Refusal } from '../../protocol/refusal.ts';
import type { Outcome } from '../../protocol/report.ts';
import type { VerifiedOrder } from '../verify/verify-order.ts';
import type { Journal } from './journal.ts';
import { type AiringRecord, airingKey, isOpen, type Occurrence, type OrderRecord } from './records.ts';
import { hasRoomForOrder, lackOfRoom, roomForAirings } from './room.ts';
import type { ReportDraft } from './sayable.ts';

/** One occurrence of one order on this station, on the journal. Only this file makes one. */
export interface BookedAiring {
  readonly key: string;
  readonly order: Order;
  readonly occurrence: Occurrence;
  readonly zones: readonly string[];
  /** What the journal knew of it when it was taken up. */
  readonly state: AiringRecord['state'];
  /** Samples of its programme that were heard already. */
  readonly samples: number;
}

export interface Booking {
  /** New airings, to be fetched and aired. */
  readonly booked: readonly BookedAiring[];
  /** Airings that are off now: not to be begun, and to be stopped if on air. */
  readonly withdrawn: readonly string[];
  /** Why the order was not taken; nothing is written of it. */
  readonly refusal?: Refusal;
}

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
    const occurrences = occurrencesOf(order).filter(
      (occurrence) => !known.has(airingKey({ order: reference, occurrence })),
    );
    if (journal.isCancelled(order)) {
      const told = journal.cancels.get(order.id)?.told === true;
      return { order: record, reports: told ? [] : endOf(reference, order, occurrences, 'cancelled') };
    }
    const stale = unfinished(journal, order.id);
    const refusal = lackOfRoom(journal, order, occurrences.length - stale.waiting.length);
    if (refusal !== undefined) {
      booking = { ...nothing, refusal };
      return undefined;
    }
    const airings = occurrences.map(
      (occurrence): AiringRecord => ({ order: reference, occurrence, zones: [...zones], state: 'booked' }),
    );
    booking = {
      booked: airings.map((airing) => bookedAiring(order, airing)),
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
    const isBooked = (instant: number) =>
      instant <= (record.through ?? 0) ||
      journal.airings.has(airingKey({ order, occurrence: new Date(instant).toISOString() }));
    const wanted = instants.filter((instant) => !isBooked(instant));
    const gone = wanted.filter(
      (instant) => now > Math.min(instant + order.lateBy * 1_000, Date.parse(order.expiresAt)),
    );
    const taken = wanted.slice(0, gone.length + roomForAirings(journal, order));
    // What has no room now is booked when it has, if only to be missed.
    const looked = taken.length === wanted.length ? through : taken.at(-1);
    if (looked === undefined) return undefined;
    const airings = taken.map((instant, at): AiringRecord => {
      const occurrence = new Date(instant).toISOString();
      const airing = { order: { id: order.id, rev: order.rev }, occurrence, zones: record.zones };
      if (at >= gone.length) return { ...airing, state: 'booked' };
      const state = Date.parse(order.expiresAt) <= instant + order.lateBy * 1_000 ? 'expired' : 'missed';
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

/** Notes that an authentic order is declined, once; false when that was known. */
export function declineOrder(journal: Journal, order: Order, refusal: Refusal): Promise<boolean> {
  return journal.commit(() =>
    isKnown(journal, order) || !hasRoomForOrder(journal, order)
      ? undefined
      : {
          order: { order, state: 'declined', zones: [] },
          reports: [{ outcome: 'rejected', order: { id: order.id, rev: order.rev }, refusal: refusalOf(refusal) }],
        },
  );
}

/** Books a cancellation, whichever of the two came first [P-31]. Airings on air are left for their owner to end. */
export async function bookCancel(journal: Journal, cancel: Pick<Cancel, 'id' | 'rev'>, at: string): Promise<Booking> {
  let withdrawn: readonly string[] = [];
  await journal.commit(() => {
    const cancelledUpTo = journal.cancels.get(cancel.id)?.rev ?? 0;
    if (cancelledUpTo >= cancel.rev) return undefined;
    const { waiting, onAir } = unfinished(journal, cancel.id, cancel.rev);
    withdrawn = [...waiting, ...onAir].map(airingKey);
    const record = journal.orders.get(cancel.id);
    const inForce = record?.state === 'booked' && record.order.rev > cancelledUpTo && record.order.rev <= cancel.rev;
    const daily = inForce && record.order.when.type === 'daily';
    return {
      insist: true,
      cancel: { id: cancel.id, rev: cancel.rev, at },
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

/**
 * What the journal still owes after a start: airings to take up again. One that was on air when the station died was
 * heard in part: it is reported `interrupted`, and goes on as its order says, unless so little was left that it may
 * have been heard in full [P-69]. What was cancelled or replaced meanwhile, and died before it could say so, says so.
 */
export async function resumeBook(journal: Journal): Promise<readonly BookedAiring[]> {
  const open = () => [...journal.airings.values()].filter(isOpen);
  await journal.commit(() => {
    const off = open().filter((airing) => isOff(journal, airing));
    const cut = open().filter((airing) => airing.state === 'airing' && !isOff(journal, airing));
    if (off.length + cut.length === 0) return undefined;
    const cancelled = off.map(withState('cancelled'));
    const interrupted = cut.map((airing): AiringRecord => {
      const order = journal.orders.get(airing.order.id)?.order;
      const { ending, samples = 0, ...rest } = withState('interrupted')(airing);
      const again = order !== undefined && order.onInterrupt !== 'skip' && ending !== true;
      if (!again) return { ...rest, samples };
      return { ...rest, continues: true, samples: order.onInterrupt === 'resume' ? samples : 0 };
    });
    return {
      airings: [...cancelled, ...interrupted],
      reports: [
        ...cancelled.map((airing) => reportOf(airing, 'cancelled')),
        ...interrupted.map((airing) => ({
          ...reportOf(airing, 'interrupted'),
          ...(airing.continues && { continues: true as const }),
        })),
      ],
    };
  });
  const owed = open().flatMap((airing) => {
    const record = journal.orders.get(airing.order.id);
    return record === undefined ? [] : [bookedAiring(record.order, airing)];
  });
  // A warning is not to be begun behind a thousand others.
  const isEmergency = ({ order }: BookedAiring) => order.priority === 'emergency';
  return [...owed.filter(isEmergency), ...owed.filter((airing) => !isEmergency(airing))];
}

/** What goes onto an airing's record together with its outcome. */
export interface Standing {
  readonly at: string;
  /** Samples heard so far, of an airing that goes on. */
  readonly samples?: number;
  readonly ending?: true;
}

/**
 * Moves an airing on and writes its report in the same entry. [P-62] One last report: false, and nothing written, when
 * the airing has ended already, for instance by a cancellation a moment ago.
 */
export function recordOutcome(
  journal: Journal,
  airing: BookedAiring,
  outcome: Outcome,
  { at, samples, ending }: Standing,
  details: Partial<ReportDraft> = {},
): Promise<boolean> {
  return journal.commit(() => {
    const record = journal.airings.get(airing.key);
    if (record === undefined || !isOpen(record)) return undefined;
    const { continues: _, ending: __, code: ___, because: ____, grade: _____, ...rest } = record;
    const [because] = details.refusal?.fields ?? [];
    const moved: AiringRecord = {
      ...rest,
      state: outcome,
      at,
      ...(samples !== undefined && { samples }),
      ...(ending && { ending }),
      ...(details.continues && { continues: details.continues }),
      ...(details.refusal && { code: details.refusal.code }),
      ...(details.evidence && { grade: details.evidence.grade }),
      ...(because && { because }),
    };
    return { insist: insists(airing), airings: [moved], reports: [{ ...details, ...reportOf(record, outcome) }] };
  });
}

/** Notes how far an airing on air has come; nothing is reported. False when it is not on air any more. */
export function recordProgress(
  journal: Journal,
  airing: BookedAiring,
  progress: { readonly samples: number; readonly ending?: true },
): Promise<boolean> {
  return journal.commit(() => {
    const record = journal.airings.get(airing.key);
    return record?.state === 'airing' ? { insist: insists(airing), airings: [{ ...record, ...progress }] } : undefined;
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

function bookedAiring(order: Order, { state, samples = 0, ...record }: AiringRecord): BookedAiring {
  return { key: airingKey(record), order, occurrence: record.occurrence, zones: record.zones, state, samples };
}

/** [P-95] */
const insists = ({ order }: Pick<BookedAiring, 'order'>): boolean => order.priority === 'emergency';

const isKnown = (journal: Journal, order: Order): boolean =>
  (journal.orders.get(order.id)?.order.rev ?? 0) >= order.rev;

/** Whether its order was cancelled, or has a later revision, whose programme is another. */
const isOff = (journal: Journal, { order }: AiringRecord): boolean =>
  journal.isCancelled(order) || (journal.orders.get(order.id)?.order.rev ?? order.rev) > order.rev;

function unfinished(journal: Journal, id: string, upTo = Number.MAX_SAFE_INTEGER) {
  const open = journal.airingsOf(id).filter((airing) => airing.order.rev <= upTo && isOpen(airing));
  return {
    waiting: open.filter(({ state }) => state !== 'airing'),
    onAir: open.filter(({ state }) => state === 'airing'),
  };
}

const withState =
  (state: AiringRecord['state']) =>
  ({ continues: _, ...airing }: AiringRecord): AiringRecord => ({ ...airing, state });

const reportOf = ({ order, occurrence }: AiringRecord, outcome: Outcome): ReportDraft => ({
  outcome,
  order,
  occurrence,
});

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

/** A refusal as a report carries it. */
export function refusalOf(refusal: Refusal): NonNullable<ReportDraft['refusal']> {
  return {
    code: refusal.code,
    ...(refusal.fields.length > 0 && { fields: refusal.fields.map(({ path, problem }) => ({ path, problem })) }),
  };
}
