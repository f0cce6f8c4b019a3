import * as v from 'valibot';
import { type KeyLookup, type Opened, open, type SigningKey, seal } from './envelope.ts';
import { identifier, instant, orderId, remark, revision } from './fields.ts';
import type { Decoded } from './refusal.ts';

/** Ends an order, whatever its revision up to `rev`, and whichever of the two arrives first [P-31]. */
export const cancelSchema = v.strictObject({
  id: orderId,
  rev: revision,
  type: v.literal('cancel', 'must be cancel'),
  centre: identifier,
  issuedAt: instant,
  reason: v.optional(remark),
});

export type Cancel = v.InferOutput<typeof cancelSchema>;

export const encodeCancel = (cancel: Cancel, signer: SigningKey): Promise<Uint8Array> =>
  seal('loa-cancel', cancelSchema, cancel, signer);

export const decodeCancel = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<Cancel>>> =>
  open('loa-cancel', cancelSchema, bytes, lookup);

export const encodeCancelRequest = (cancel: Cancel, signer: SigningKey): Promise<Uint8Array> =>
  seal('loa-cancel-request', cancelSchema, cancel, signer);

export const decodeCancelRequest = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<Cancel>>> =>
  open('loa-cancel-request', cancelSchema, bytes, lookup);
