import * as v from 'valibot';
import { decodeJson, encodeJson } from './decode.ts';
import { counter, fieldProblem, instant, orderReference, sha256 } from './fields.ts';
import { MAX_PROBLEMS } from './limits.ts';
import { type Decoded, refusalCodes } from './refusal.ts';
import { outcomes } from './report.ts';

/** What the centre answers an ordering client: booked or refused, then how the order fares, summed over its stations. */
export const receiptSchema = v.object({
  at: instant,
  result: v.picklist(['booked', 'refused', 'progress']),
  /** SHA-256 of the request's bytes. */
  request: sha256,
  order: v.optional(orderReference),
  refusal: v.optional(
    v.object({
      code: v.picklist(refusalCodes),
      fields: v.pipe(v.array(fieldProblem), v.maxLength(MAX_PROBLEMS)),
    }),
  ),
  /** How many stations it addresses, and the latest outcome of how many is which. */
  stations: v.optional(counter),
  progress: v.optional(v.record(v.picklist(outcomes), counter)),
});
export type Receipt = v.InferOutput<typeof receiptSchema>;

export const encodeReceipt = (receipt: Receipt): Uint8Array => encodeJson(receiptSchema, receipt);
export const decodeReceipt = (bytes: Uint8Array): Decoded<Receipt> => decodeJson(receiptSchema, bytes);
