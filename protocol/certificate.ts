import * as v from 'valibot';
import { pem } from './enrolment.ts';
import { type KeyLookup, type Opened, open, type SigningKey, seal } from './envelope.ts';
import { identifier } from './fields.ts';
import type { Decoded } from './refusal.ts';

/** A later certificate for the key that the station has, answered to a pull [P-108]. */
export const certificateSchema = v.strictObject({ centre: identifier, station: identifier, certificate: pem });
export type Certificate = v.InferOutput<typeof certificateSchema>;

export const encodeCertificate = (certificate: Certificate, signer: SigningKey): Promise<Uint8Array> =>
  seal('loa-certificate', certificateSchema, certificate, signer);

export const decodeCertificate = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<Certificate>>> =>
  open('loa-certificate', certificateSchema, bytes, lookup);
