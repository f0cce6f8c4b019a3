import * as v from 'valibot';
import { MAX_IDENTIFIER, MAX_PATH, MAX_PROBLEM, MAX_TEXT, MAX_TITLE } from './limits.ts';
import { isNormal, isSafeText } from './text.ts';

/** Schemas of the fields that several messages share. */

/** Text that people read: NFC, no control or bidi-override characters, no lone surrogates, not blank [P-23]. */
export const text = (max: number) =>
  v.pipe(
    v.string('must be text'),
    v.maxLength(max, `at most ${max} characters`),
    v.check((value) => value.trim() !== '', 'must not be blank'),
    v.check(isSafeText, 'must not hold control, bidi or unassigned characters'),
    v.check(isNormal, 'must be in Unicode normalisation form C'),
  );

export const title = text(MAX_TITLE);
export const remark = text(MAX_TEXT);

/** Names of centres, stations, clients, zones and tags. They become topics and file names, so they are narrow. */
export const identifier = v.pipe(
  v.string('must be text'),
  v.maxLength(MAX_IDENTIFIER, `at most ${MAX_IDENTIFIER} characters`),
  v.regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'lower-case letters, digits and inner hyphens only'),
);

/** A station's or an ordering client's own name, which is its MQTT client id. Ours at a broker of others is `centre-…` [P-91]. */
export const peerName = v.pipe(
  identifier,
  v.check((name) => !name.startsWith('centre-'), 'must not begin with centre-, which is the name of a centre'),
);

/** UUIDv7 (RFC 9562), lower case. */
export const orderId = v.pipe(
  v.string('must be text'),
  v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'must be a UUIDv7 in lower case'),
);

export const integer = (min: number, max: number) =>
  v.pipe(
    v.number('must be a number'),
    v.safeInteger('must be a whole number'),
    v.minValue(min, `at least ${min}`),
    v.maxValue(max, `at most ${max}`),
  );

export const revision = integer(1, 1_000_000);
export const counter = integer(0, Number.MAX_SAFE_INTEGER);

/** A day of the calendar, without a time zone. */
export const localDate = v.pipe(
  v.string('must be text'),
  v.regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2026-11-20'),
  v.check((value) => isInstant(`${value}T00:00:00.000Z`), 'no such date'),
);

/** No entry twice: an airing, a zone or a station named twice would be a guess at what was meant. */
export const distinct = <T>(list: readonly T[]): boolean => new Set(list).size === list.length;

/** An instant in UTC, as Date#toISOString writes it, so that equal instants are equal strings. */
export const instant = v.pipe(
  v.string('must be text'),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 'must be an instant like 2026-11-20T08:00:00.000Z'),
  v.check((value) => isInstant(value), 'no such date'),
);

function isInstant(value: string): boolean {
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString() === value;
}

export const sha256 = v.pipe(
  v.string('must be text'),
  v.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex'),
);

/** BCP 47, the part that Loa uses: language, script, region. */
export const language = v.pipe(
  v.string('must be text'),
  v.regex(/^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?$/, 'must be a language tag like vi or hmn-Latn'),
);

/** 32 bytes of an Ed25519 public key, base64url without padding. */
export const publicKey = v.pipe(
  v.string('must be text'),
  v.regex(/^[A-Za-z0-9_-]{43}$/, 'must be an Ed25519 public key in base64url'),
);

export const keyId = v.pipe(
  v.string('must be text'),
  v.regex(/^[A-Za-z0-9._-]{1,64}$/, 'letters, digits, dot, hyphen, underscore; at most 64'),
);

/** Random id of a journal, of a boot, or of a question: 16 bytes in hex. */
export const randomId = v.pipe(v.string('must be text'), v.regex(/^[0-9a-f]{32}$/, 'must be 16 bytes in hex'));

export const priority = v.picklist(['emergency', 'priority', 'routine'], 'must be emergency, priority or routine');
export type Priority = v.InferOutput<typeof priority>;

export const orderReference = v.object({ id: orderId, rev: revision });
export type OrderReference = v.InferOutput<typeof orderReference>;

/** A bad field as a report or a receipt names it; `path` is empty for the whole message. */
export const fieldProblem = v.object({
  path: v.pipe(v.string(), v.maxLength(MAX_PATH), v.check(isSafeText, 'must not hold control or bidi characters')),
  problem: text(MAX_PROBLEM),
});
