import * as v from 'valibot';
import { instant, orderReference, revision } from '../../protocol/fields.ts';
import { orderSchema } from '../../protocol/order.ts';
import { outcomes } from '../../protocol/report.ts';

/** What the journal holds. Records are validated when they are read: a card that was worn out lies. */

export const orderRecord = v.object({
  order: orderSchema,
  /** `declined`: authentic, refused here for good; kept so that an index does not make us pull it again. */
  state: v.picklist(['booked', 'declined']),
});
export type OrderRecord = v.InferOutput<typeof orderRecord>;

export const cancelRecord = v.object({ rev: revision, at: instant });
export type CancelRecord = v.InferOutput<typeof cancelRecord>;

export const occurrence = v.union([v.literal('now'), instant]);
export type Occurrence = v.InferOutput<typeof occurrence>;

export const airingRecord = v.object({
  order: orderReference,
  occurrence,
  zones: v.array(v.string()),
  state: v.picklist(['booked', ...outcomes]),
});
export type AiringRecord = v.InferOutput<typeof airingRecord>;

/** An occurrence is identified by order, revision and instant. */
export const airingKey = (record: Pick<AiringRecord, 'order' | 'occurrence'>): string =>
  `${record.order.id}/${String(record.order.rev).padStart(7, '0')}/${record.occurrence}`;
