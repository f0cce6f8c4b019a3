import * as v from 'valibot';
import { identifier, language, peerName, publicKey, text } from './fields.ts';
import { MAX_TAGS } from './limits.ts';

/**
 * What a technician types at a board, once [P-90]: 24 letters and digits in groups of four. The first eight are the
 * secret, 40 bits, which works once and not for long. The other sixteen are the first 80 bits of the SHA-256 of the
 * centre's authority, so that a board that knows nothing yet can tell its centre from anybody else on the network.
 */
export interface EnrolmentCode {
  /** Eight characters. */
  readonly secret: string;
  /** 20 hexadecimal digits: how the fingerprint of the authority's certificate begins. */
  readonly authority: string;
}

/** Crockford's base 32: no I, L, O or U, which hands and eyes confuse. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const SECRET_LENGTH = 8;
const AUTHORITY_LENGTH = 16;
const AUTHORITY_DIGITS = (AUTHORITY_LENGTH * 5) / 4;

/** `fingerprint`: SHA-256 of the authority's certificate, hexadecimal. */
export function formatCode(secret: string, fingerprint: string): string {
  return (secret + toBase32(fingerprint.slice(0, AUTHORITY_DIGITS))).replace(/.{4}(?=.)/g, '$&-');
}

/** Reads a code as people type it; undefined when it is none. Case, blanks and hyphens do not matter; O is 0, I and L are 1. */
export function parseCode(typed: string): EnrolmentCode | undefined {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  if (code.length !== SECRET_LENGTH + AUTHORITY_LENGTH) return undefined;
  if (![...code].every((character) => ALPHABET.includes(character))) return undefined;
  return { secret: code.slice(0, SECRET_LENGTH), authority: fromBase32(code.slice(SECRET_LENGTH)) };
}

/** A secret out of random bytes, of which it takes five bits each. */
export const secretFrom = (random: Uint8Array): string =>
  [...random.subarray(0, SECRET_LENGTH)].map((byte) => ALPHABET[byte & 31]).join('');

function toBase32(hexadecimal: string): string {
  const value = BigInt(`0x${hexadecimal}`);
  return Array.from(
    { length: AUTHORITY_LENGTH },
    (_, at) => ALPHABET[Number((value >> BigInt(5 * (AUTHORITY_LENGTH - 1 - at))) & 31n)],
  ).join('');
}

function fromBase32(letters: string): string {
  const value = [...letters].reduce((sum, letter) => (sum << 5n) | BigInt(ALPHABET.indexOf(letter)), 0n);
  return value.toString(16).padStart(AUTHORITY_DIGITS, '0');
}

const zone = v.strictObject({
  id: identifier,
  name: text(100),
  tags: v.optional(v.pipe(v.array(identifier), v.maxLength(MAX_TAGS)), []),
});

/** What the centre plans for a station before its board exists; the board's configuration begins with it. */
export const stationPlanSchema = v.strictObject({
  station: peerName,
  name: text(100),
  place: v.optional(text(200)),
  groups: v.optional(v.pipe(v.array(identifier), v.maxLength(MAX_TAGS)), []),
  languages: v.optional(v.pipe(v.array(language), v.minLength(1), v.maxLength(20)), ['vi']),
  zones: v.pipe(v.array(zone), v.minLength(1, 'at least one zone'), v.maxLength(32)),
});
export type StationPlan = v.InferOutput<typeof stationPlanSchema>;

export const pem = v.pipe(v.string(), v.maxLength(16_384), v.startsWith('-----BEGIN '));

/** POST /enrol: the secret and a certificate request (PKCS #10, PEM) that the board's own key has signed. */
export const enrolmentRequestSchema = v.strictObject({
  secret: v.pipe(v.string(), v.length(SECRET_LENGTH)),
  request: pem,
});
export type EnrolmentRequest = v.InferOutput<typeof enrolmentRequestSchema>;

/** Its answer: everything that a board needs to become this station. Readers ignore what they do not know [P-24]. */
export const enrolmentAnswerSchema = v.object({
  centre: identifier,
  /** Public key that signs the manifest of keys. */
  root: publicKey,
  /** Where the station connects to, like mqtts://centre:8883. */
  url: v.pipe(v.string(), v.regex(/^mqtts?:\/\/[^\s/]+$/)),
  authority: pem,
  certificate: pem,
  plan: v.object(stationPlanSchema.entries),
});
export type EnrolmentAnswer = v.InferOutput<typeof enrolmentAnswerSchema>;
