import * as v from 'valibot';
import { counter, fieldProblem, instant, orderReference, revision } from '../../protocol/fields.ts';
import { orderSchema } from '../../protocol/order.ts';
import { refusalCodes } from '../../protocol/refusal.ts';
import { grades, isLast, outcomes } from '../../protocol/report.ts';

/** What the journal holds. Records are validated when they are read: a card that was worn out lies. */

export const orderRecord = v.object({
  order: orderSchema,
  /** `declined`: authentic, refused here for good; kept so that an index does not make us pull it again. */
  state: v.picklist(['booked', 'declined']),
  /** The zones it selects here. */
  zones: v.optional(v.array(v.string()), []),
  /** The key that signed it, as far as it was noted. */
  kid: v.optional(v.string()),
  /** Of a daily order: milliseconds since 1970 up to which its occurrences have their airings. */
  through: v.optional(counter),
  /** Of a declined one: when and why, as far as it was noted. */
  at: v.optional(instant),
  code: v.optional(v.picklist(refusalCodes)),
});
export type OrderRecord = v.InferOutput<typeof orderRecord>;

export const cancelRecord = v.object({
  rev: revision,
  at: instant,
  /** When the centre cancelled it, by its own clock; as far as it was said. */
  issuedAt: v.optional(instant),
  /** The centre told of the order's end: nothing is reported of it any more [P-72]. */
  told: v.optional(v.literal(true)),
});
export type CancelRecord = v.InferOutput<typeof cancelRecord>;

export const occurrence = v.union([v.literal('now'), instant]);
export type Occurrence = v.InferOutput<typeof occurrence>;

export const airingRecord = v.object({
  order: orderReference,
  occurrence,
  zones: v.array(v.string()),
  state: v.picklist(['booked', ...outcomes]),
  /** Interrupted or preempted, and to be taken up again [P-43]. */
  continues: v.optional(v.literal(true)),
  /** Samples of its programme that were heard when that was last noted; where a resumed airing goes on. */
  samples: v.optional(counter),
  /** Samples of its programme from which on it is, or was last, on air. */
  since: v.optional(counter),
  /** So little is left to be heard that it must not begin again [P-69]. */
  ending: v.optional(v.literal(true)),
  /** When its state was noted, and why it was refused or failed. */
  at: v.optional(instant),
  code: v.optional(v.picklist(refusalCodes)),
  /** How far the proof reaches, once it has ended. */
  grade: v.optional(v.picklist(grades)),
  /** The first field that the refusal names: of a policy, whose rule it is. */
  because: v.optional(fieldProblem),
});
export type AiringRecord = v.InferOutput<typeof airingRecord>;

/** An occurrence is identified by order, revision and instant. */
export const airingKey = (record: Pick<AiringRecord, 'order' | 'occurrence'>): string =>
  `${record.order.id}/${String(record.order.rev).padStart(7, '0')}/${record.occurrence}`;

/** Whether anything more is owed of an airing. */
export const isOpen = ({ state, continues }: AiringRecord): boolean =>
  state === 'booked' || !isLast({ outcome: state, continues });
