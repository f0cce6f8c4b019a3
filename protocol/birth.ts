import * as v from 'valibot';
import { decodeJson, encodeJson } from './decode.ts';
import { counter, identifier, language, publicKey, randomId, text } from './fields.ts';
import { MAX_TAGS } from './limits.ts';
import type { Decoded } from './refusal.ts';
import { grades } from './report.ts';

/** What a station is and can do; published on every connect. Readers ignore what they do not know [P-24]. */
export const birthSchema = v.object({
  station: identifier,
  boot: randomId,
  /** Minor version of this protocol that the station speaks. */
  protocol: counter,
  /** Version of the centre's configuration that it keeps to; absent where it has none [P-76]. */
  configuration: v.optional(counter),
  /** Version of the manifest of keys that it keeps to [P-105]. */
  keys: v.optional(counter),
  /** It is connected without TLS: whoever is on the way reads along, and may pose as it. */
  plain: v.optional(v.literal(true)),
  software: text(64),
  name: text(100),
  /** Ed25519 public key with which this station signs its reports. */
  key: publicKey,
  groups: v.pipe(v.array(identifier), v.maxLength(MAX_TAGS)),
  languages: v.pipe(v.array(language), v.maxLength(20)),
  zones: v.pipe(
    v.array(
      v.object({
        zone: identifier,
        name: text(100),
        tags: v.pipe(v.array(identifier), v.maxLength(MAX_TAGS)),
        languages: v.pipe(v.array(language), v.maxLength(20)),
      }),
    ),
    v.minLength(1),
    v.maxLength(MAX_TAGS),
  ),
  hardware: v.object({
    driver: identifier,
    readback: v.picklist(['contact', 'commanded', 'none']),
    deadman: v.boolean(),
    senses: v.pipe(v.array(identifier), v.maxLength(20)),
  }),
  sink: identifier,
  codecs: v.pipe(v.array(text(60)), v.maxLength(30)),
  programmes: v.pipe(v.array(v.picklist(['audio', 'live', 'text'])), v.maxLength(3)),
  /** The strongest grade that this hardware can give. */
  evidence: v.picklist(grades),
});
export type Birth = v.InferOutput<typeof birthSchema>;

export const encodeBirth = (birth: Birth): Uint8Array => encodeJson(birthSchema, birth);
export const decodeBirth = (bytes: Uint8Array): Decoded<Birth> => decodeJson(birthSchema, bytes);
