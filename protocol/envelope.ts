import { CompactSign, type CryptoKey, compactVerify } from 'jose';
import type * as v from 'valibot';
import { encodeJson, validate } from './decode.ts';
import { parseJson } from './json.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import { accepted, type Decoded, Refusal, refused } from './refusal.ts';

/** The one algorithm, by its fully specified name (RFC 9864) [P-11]. */
export const ALGORITHM = 'Ed25519';

/** `typ` per kind of message: a signed acknowledgement can never be read as an order [P-12]. */
export type EnvelopeType =
  | 'loa-order'
  | 'loa-cancel'
  | 'loa-order-request'
  | 'loa-cancel-request'
  | 'loa-index'
  | 'loa-ack'
  | 'loa-time'
  | 'loa-recall'
  | 'loa-certificate'
  | 'loa-configuration'
  | 'loa-keys'
  | 'loa-report';

export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
}

/** Finds the public key for a `kid`, or says why it must not be used. */
export type KeyLookup = (kid: string) => Decoded<CryptoKey>;

export interface Opened<T> {
  readonly value: T;
  readonly kid: string;
}

interface Header {
  readonly alg: string;
  readonly typ: string;
  readonly kid: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Signs a message as compact JWS. Throws Refusal when the value does not fit its own schema or the size limit. */
export async function seal<T>(
  type: EnvelopeType,
  schema: v.GenericSchema<unknown, T>,
  value: T,
  signer: SigningKey,
): Promise<Uint8Array> {
  const token = await new CompactSign(encodeJson(schema, value))
    .setProtectedHeader({ alg: ALGORITHM, typ: type, kid: signer.kid })
    .sign(signer.key);
  const bytes = new TextEncoder().encode(token);
  if (bytes.byteLength > MAX_MESSAGE_BYTES) throw new Refusal('too-large', `${bytes.byteLength} bytes signed`);
  return bytes;
}

/**
 * Reads the `typ` of an envelope, so that a topic that carries two kinds can hand each to its reader. Nothing is
 * verified here and nothing may be acted on: `open` checks the type again under the signature.
 */
export function peekType(bytes: Uint8Array): string | undefined {
  const header = readHeader(bytes);
  return header.ok ? header.value.typ : undefined;
}

/** Reads the `kid` of an envelope, unverified like `peekType`. */
export function peekKid(bytes: Uint8Array): string | undefined {
  const header = readHeader(bytes);
  return header.ok ? header.value.kid : undefined;
}

/** Verifies a compact JWS of unknown origin and decodes its payload. Never throws [P-21]. */
export async function open<T>(
  type: EnvelopeType,
  schema: v.GenericSchema<unknown, T>,
  bytes: Uint8Array,
  lookup: KeyLookup,
): Promise<Decoded<Opened<T>>> {
  const header = readHeader(bytes);
  if (!header.ok) return header;
  if (header.value.alg !== ALGORITHM) return refused('wrong-algorithm', header.value.alg);
  if (header.value.typ !== type) return refused('wrong-type', `${header.value.typ} where ${type} belongs`);
  const key = lookup(header.value.kid);
  if (!key.ok) return key;
  let payload: Uint8Array;
  try {
    ({ payload } = await compactVerify(bytes, key.value, { algorithms: [ALGORITHM] }));
  } catch {
    return refused('bad-signature');
  }
  const parsed = parseJson(payload);
  if (!parsed.ok) return parsed;
  const checked = validate(schema, parsed.value);
  return checked.ok ? accepted({ value: checked.value, kid: header.value.kid }) : checked;
}

/** The header holds exactly alg, typ and kid; `jwk`, `jku`, `x5u`, `crit` and all else is refused [P-13]. */
function readHeader(bytes: Uint8Array): Decoded<Header> {
  if (bytes.byteLength > MAX_MESSAGE_BYTES) return refused('too-large', `${bytes.byteLength} bytes`);
  let token: string;
  try {
    token = decoder.decode(bytes);
  } catch {
    return refused('not-utf8');
  }
  const parts = token.split('.');
  const [encoded, , signature] = parts;
  if (parts.length !== 3 || !encoded || !parts.every((part) => /^[A-Za-z0-9_-]+$/.test(part))) {
    return refused('not-an-envelope');
  }
  // Its last character holds four bits that mean nothing: what the centre signed has one spelling [P-124].
  if (Buffer.from(signature ?? '', 'base64url').toString('base64url') !== signature) return refused('not-an-envelope');
  const header = parseJson(Buffer.from(encoded, 'base64url'));
  if (!header.ok || typeof header.value !== 'object' || header.value === null) return refused('not-an-envelope');
  const { alg, typ, kid, ...others } = header.value as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) return refused('forbidden-header', other.slice(0, 32));
  if (typeof alg !== 'string' || typeof typ !== 'string' || typeof kid !== 'string') return refused('not-an-envelope');
  return accepted({ alg: alg.slice(0, 32), typ: typ.slice(0, 32), kid });
}
