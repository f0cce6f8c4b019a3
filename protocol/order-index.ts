import * as v from 'valibot';
import { type KeyLookup, type Opened, open, type SigningKey, seal } from './envelope.ts';
import { counter, identifier, instant, orderId, orderReference, revision, sha256 } from './fields.ts';
import { MAX_CANCELLED_ENTRIES, MAX_INDEX_ENTRIES } from './limits.ts';
import type { Decoded } from './refusal.ts';

/**
 * The list of what is in force, for everyone (`station` absent) or for one station. Pushes are for speed; this is
 * for certainty: a station pulls each id and revision that it lacks [P-32].
 */
export const orderIndexSchema = v.strictObject({
  centre: identifier,
  station: v.optional(identifier),
  /** Grows with every change; a station ignores a generation below one that it has seen. */
  generation: counter,
  issuedAt: instant,
  expiresAt: instant,
  orders: v.pipe(
    /** `hash`: SHA-256 of the order's signed bytes, in hex. */
    v.array(v.strictObject({ id: orderId, rev: revision, hash: sha256 })),
    v.maxLength(MAX_INDEX_ENTRIES),
  ),
  cancelled: v.pipe(
    /** `at`: when it was cancelled; what fell due before that was missed, where nobody heard it. */
    v.array(v.strictObject({ ...orderReference.entries, at: instant })),
    v.maxLength(MAX_CANCELLED_ENTRIES),
  ),
});

export type OrderIndex = v.InferOutput<typeof orderIndexSchema>;

export const encodeOrderIndex = (index: OrderIndex, signer: SigningKey): Promise<Uint8Array> =>
  seal('loa-index', orderIndexSchema, index, signer);

export const decodeOrderIndex = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<OrderIndex>>> =>
  open('loa-index', orderIndexSchema, bytes, lookup);
