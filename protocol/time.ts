import * as v from 'valibot';
import { type KeyLookup, type Opened, open, type SigningKey, seal } from './envelope.ts';
import { identifier, instant, randomId } from './fields.ts';
import type { Decoded } from './refusal.ts';

/** The centre's answer to a nonce; it is worth nothing for any other question, so it cannot be replayed [P-33]. */
export const timeSchema = v.strictObject({ centre: identifier, station: identifier, nonce: randomId, now: instant });
export type Time = v.InferOutput<typeof timeSchema>;

export const encodeTime = (time: Time, signer: SigningKey): Promise<Uint8Array> =>
  seal('loa-time', timeSchema, time, signer);
export const decodeTime = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<Time>>> =>
  open('loa-time', timeSchema, bytes, lookup);
