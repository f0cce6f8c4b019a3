import * as v from 'valibot';
import { type KeyLookup, type Opened, open, type SigningKey, seal } from './envelope.ts';
import {
  distinct,
  identifier,
  instant,
  integer,
  language,
  localDate,
  orderId,
  priority,
  remark,
  revision,
  sha256,
  text,
  title,
} from './fields.ts';
import * as limits from './limits.ts';
import type { Decoded } from './refusal.ts';

const url = v.pipe(
  v.string('must be text'),
  v.maxLength(1_000, 'at most 1000 characters'),
  v.url('must be a URL'),
  v.regex(/^https?:\/\/[\x21-\x7e]+$/, 'must be http or https, in ASCII'),
);

/** One language of one recording. */
const audioVariant = v.pipe(
  v.strictObject({
    language,
    mime: v.pipe(v.string('must be text'), v.regex(/^audio\/[a-z0-9.+-]{1,60}$/, 'must be an audio type')),
    durationMs: integer(1, limits.MAX_AUDIO_MS),
    size: integer(1, limits.MAX_AUDIO_BYTES),
    sha256,
    urls: v.pipe(v.array(url), v.minLength(1, 'at least one'), v.maxLength(limits.MAX_URLS)),
    chunks: v.optional(
      v.strictObject({
        size: integer(65_536, limits.MAX_AUDIO_BYTES),
        sha256: v.pipe(v.array(sha256), v.minLength(1), v.maxLength(limits.MAX_CHUNKS)),
      }),
    ),
  }),
  v.check(
    ({ size, chunks }) => chunks === undefined || chunks.sha256.length === Math.ceil(size / chunks.size),
    'its chunks must cover its size exactly',
  ),
);

const liveVariant = v.strictObject({ language, url });
const textVariant = v.strictObject({ language, text: remark });

const variants = <T extends v.GenericSchema>(variant: T) =>
  v.pipe(v.array(variant), v.minLength(1, 'at least one'), v.maxLength(limits.MAX_VARIANTS));

const item = v.variant(
  'type',
  [
    v.strictObject({ type: v.literal('audio'), variants: variants(audioVariant) }),
    v.strictObject({ type: v.literal('live'), variants: variants(liveVariant) }),
    v.strictObject({ type: v.literal('text'), variants: variants(textVariant) }),
  ],
  'must be audio, live or text',
);

const names = (max: number) =>
  v.pipe(
    v.array(identifier),
    v.minLength(1, 'at least one'),
    v.maxLength(max),
    v.check(distinct, 'must not name one twice'),
  );

const to = v.union(
  [
    v.literal('all'),
    v.strictObject({ stations: names(limits.MAX_ADDRESSEES) }),
    v.strictObject({ groups: names(limits.MAX_TAGS) }),
  ],
  'must be "all", {"stations": […]} or {"groups": […]}',
);

const when = v.variant(
  'type',
  [
    v.strictObject({ type: v.literal('now') }),
    v.strictObject({
      type: v.literal('at'),
      instants: v.pipe(
        v.array(instant),
        v.minLength(1, 'at least one'),
        v.maxLength(limits.MAX_INSTANTS),
        v.check(distinct, 'must not name one twice'),
      ),
    }),
    v.strictObject({
      type: v.literal('daily'),
      times: v.pipe(
        v.array(v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 05:30'))),
        v.minLength(1),
        v.maxLength(24),
        v.check(distinct, 'must not name one twice'),
      ),
      weekdays: v.optional(
        v.pipe(v.array(integer(1, 7)), v.minLength(1), v.maxLength(7), v.check(distinct, 'must not name one twice')),
      ),
      from: v.optional(localDate),
      until: v.optional(localDate),
      timeZone: v.pipe(
        v.string(),
        v.maxLength(64),
        v.regex(/^[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)*$/, 'must be an IANA zone'),
      ),
    }),
  ],
  'must be now, at or daily',
);

export const orderSchema = v.pipe(
  v.strictObject({
    id: orderId,
    rev: revision,
    type: v.picklist(['new', 'update'], 'must be new or update'),
    centre: identifier,
    issuedAt: instant,
    expiresAt: instant,
    status: v.picklist(['actual', 'exercise', 'test'], 'must be actual, exercise or test'),
    priority,
    title,
    basis: v.optional(v.strictObject({ number: text(100), date: localDate, issuer: text(limits.MAX_TITLE) })),
    to,
    zones: v.optional(names(limits.MAX_TAGS)),
    when,
    /** Seconds after its instant within which an occurrence may still begin. */
    lateBy: integer(0, 86_400),
    programme: v.pipe(v.array(item), v.minLength(1, 'at least one item'), v.maxLength(limits.MAX_ITEMS)),
    /** Airings in a row, and the seconds between them. */
    repeat: v.optional(v.strictObject({ times: integer(1, 20), gap: integer(0, 3_600) })),
    chime: v.optional(v.boolean()),
    /** Percent of the station's full level. */
    volume: v.optional(integer(0, 100)),
    onInterrupt: v.picklist(['skip', 'restart', 'resume'], 'must be skip, restart or resume'),
  }),
  v.check((order) => order.expiresAt > order.issuedAt, 'expiresAt must come after issuedAt'),
);

/** A signed instruction to sound [P-30]. */
export type Order = v.InferOutput<typeof orderSchema>;
export type Programme = Order['programme'];
export type AudioVariant = v.InferOutput<typeof audioVariant>;

export const encodeOrder = (order: Order, signer: SigningKey): Promise<Uint8Array> =>
  seal('loa-order', orderSchema, order, signer);

export const decodeOrder = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<Order>>> =>
  open('loa-order', orderSchema, bytes, lookup);

/** The same order as an ordering client hands it to the centre; no station obeys this type [P-14]. */
export const encodeOrderRequest = (order: Order, signer: SigningKey): Promise<Uint8Array> =>
  seal('loa-order-request', orderSchema, order, signer);

export const decodeOrderRequest = (bytes: Uint8Array, lookup: KeyLookup): Promise<Decoded<Opened<Order>>> =>
  open('loa-order-request', orderSchema, bytes, lookup);
