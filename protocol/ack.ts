import * as v from 'valibot';
import { type KeyLookup, type Opened, open, type SigningKey, seal } from './envelope.ts';
import { counter, identifier, randomId } from './fields.ts';
import type { Decoded } from './refusal.ts';

/**
 * The highest report number up to which the centre has stored every report of one epoch. The station deletes what it
 * covers, so it is signed: a broker could otherwise make a station forget what happened [P-41].
 */
export const ackSchema = v.strictObject({ centre: identifier, station: identifier, epoch: randomId, seq: counter });

export type Ack = v.InferOutput<typeof ackSchema>;

export const encodeAck = (ack: Ack, signer: SigningKey): Promise<Uint8Array> => seal('loa-ack', ackSchema, ack, signer);

export const decodeAck = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<Ack>>> =>
  open('loa-ack', ackSchema, bytes, lookup);
