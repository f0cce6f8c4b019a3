import * as v from 'valibot';
import { decodeJson, encodeJson } from './decode.ts';
import { orderReference, randomId } from './fields.ts';
import { MAX_PULLED_ORDERS } from './limits.ts';
import { recallQuestionSchema } from './recall.ts';
import type { Decoded } from './refusal.ts';

/** What a station lacks: orders out of an index, and perhaps the time, or what it has lost. Each order comes back on `to/<s>/order`. */
export const pullSchema = v.object({
  orders: v.pipe(v.array(orderReference), v.maxLength(MAX_PULLED_ORDERS)),
  nonce: v.optional(randomId),
  /** A later certificate for its key; answered on `to/<s>/command` [P-108]. */
  certificate: v.optional(v.literal(true)),
  /** What the centre knows of its journal; answered by a recall on `to/<s>/command`. */
  journal: v.optional(recallQuestionSchema),
});
export type Pull = v.InferOutput<typeof pullSchema>;

export const encodePull = (pull: Pull): Uint8Array => encodeJson(pullSchema, pull);
export const decodePull = (bytes: Uint8Array): Decoded<Pull> => decodeJson(pullSchema, bytes);
