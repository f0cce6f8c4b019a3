import * as v from 'valibot';
import { type KeyLookup, type Opened, open, type SigningKey, seal } from './envelope.ts';
import { counter, identifier, instant } from './fields.ts';
import { policySchema } from './policy.ts';
import type { Decoded } from './refusal.ts';

/**
 * What the centre sets at one station, whole: what is absent is not set any more. Every policy in it holds beside the one
 * in the station's own file [P-77].
 */
export const centreConfigurationSchema = v.strictObject({
  centre: identifier,
  station: identifier,
  /** Grows with every change; a station that has a later one refuses it [P-75]. */
  version: counter,
  issuedAt: instant,
  policies: v.strictObject({
    /** What every station of the centre keeps to. */
    all: v.optional(policySchema),
    /** What this one keeps to besides. */
    station: v.optional(policySchema),
  }),
});

export type CentreConfiguration = v.InferOutput<typeof centreConfigurationSchema>;

export const encodeCentreConfiguration = (value: CentreConfiguration, signer: SigningKey): Promise<Uint8Array> =>
  seal('loa-configuration', centreConfigurationSchema, value, signer);

export const decodeCentreConfiguration = (
  bytes: Uint8Array,
  lookup: KeyLookup,
): Promise<Decoded<Opened<CentreConfiguration>>> => open('loa-configuration', centreConfigurationSchema, bytes, lookup);
