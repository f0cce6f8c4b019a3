import type { Order } from '../../protocol/order.ts';
import type { Refusal } from '../../protocol/refusal.ts';
import type { Outcome } from '../../protocol/report.ts';
import { type AiringRecord, airingKey, type Occurrence } from './records.ts';
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

export function bookedAiring(order: Order, { state, samples = 0, ...record }: AiringRecord): BookedAiring {
  return { key: airingKey(record), order, occurrence: record.occurrence, zones: record.zones, state, samples };
}

/** [P-95] */
export const insists = ({ order }: Pick<BookedAiring, 'order'>): boolean => order.priority === 'emergency';

export const withState =
  (state: AiringRecord['state']) =>
  ({ continues: _, ...airing }: AiringRecord): AiringRecord => ({ ...airing, state });

export const reportOf = ({ order, occurrence }: AiringRecord, outcome: Outcome): ReportDraft => ({
  outcome,
  order,
  occurrence,
});

/** A refusal as a report carries it. */
export function refusalOf(refusal: Refusal): NonNullable<ReportDraft['refusal']> {
  return {
    code: refusal.code,
    ...(refusal.fields.length > 0 && { fields: refusal.fields.map(({ path, problem }) => ({ path, problem })) }),
  };
}
