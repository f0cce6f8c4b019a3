import { type CryptoKey, importJWK } from 'jose';
import * as v from 'valibot';
import { type KeyLookup, open, type SigningKey, seal } from './envelope.ts';
import { distinct, identifier, instant, integer, keyId, priority, publicKey } from './fields.ts';
import { MAX_KEYS, MAX_REVOKED_KEYS } from './limits.ts';
import { accepted, type Decoded, refused } from './refusal.ts';

/**
 * The manifest of the centre's keys (`all/keys`), signed by the root key that a station pins when it is set up.
 * `use: centre` keys sign what stations obey; `use: client` keys sign order requests to the centre and are never
 * obeyed by a station [P-14]. `notAfter` is when a key ends; `revoked` are those that counted once and must not any
 * more, the oldest first: all signing keys, and the latest of clients.
 */
export const keysSchema = v.strictObject({
  centre: identifier,
  version: integer(1, 1_000_000),
  issuedAt: instant,
  keys: v.pipe(
    v.array(
      v.variant('use', [
        v.strictObject({ use: v.literal('centre'), kid: keyId, key: publicKey, notAfter: v.optional(instant) }),
        v.strictObject({
          use: v.literal('client'),
          kid: keyId,
          key: publicKey,
          notAfter: v.optional(instant),
          client: identifier,
          priorities: v.array(priority),
        }),
      ]),
    ),
    v.minLength(1),
    v.maxLength(MAX_KEYS),
    v.check((keys) => distinct(keys.map((key) => key.kid)), 'must not name one kid twice'),
  ),
  revoked: v.pipe(v.array(keyId), v.maxLength(MAX_REVOKED_KEYS)),
});

export type Keys = v.InferOutput<typeof keysSchema>;
export type ClientKey = Extract<Keys['keys'][number], { use: 'client' }>;

export const encodeKeys = (value: Keys, root: SigningKey): Promise<Uint8Array> =>
  seal('loa-keys', keysSchema, value, root);

/** Opens a manifest with the pinned root key. Its `kid` is `root`. */
export async function decodeKeys(bytes: Uint8Array, root: CryptoKey): Promise<Decoded<Keys>> {
  const lookup: KeyLookup = (kid) => (kid === 'root' ? accepted(root) : refused('unknown-key', kid));
  const opened = await open('loa-keys', keysSchema, bytes, lookup);
  return opened.ok ? accepted(opened.value.value) : opened;
}

/** An Ed25519 public key from its 32 bytes in base64url. Throws TypeError when they are no key. */
export async function importPublicKey(key: string): Promise<CryptoKey> {
  return (await importJWK({ kty: 'OKP', crv: 'Ed25519', x: key, alg: 'Ed25519' }, 'Ed25519')) as CryptoKey;
}

/**
 * The keys of one use out of a manifest, ready for `open`. A revoked key and one that has ended are refused by codes of
 * their own. A key has ended when the manifest itself was issued later, or by the clock of whoever asks [P-101].
 */
export async function keyLookup(
  manifest: Keys,
  use: 'centre' | 'client',
  isPast: (instant: string) => boolean = () => false,
): Promise<KeyLookup> {
  const known = new Map<string, { readonly key: CryptoKey; readonly notAfter: string | undefined }>();
  for (const { use: of, kid, key, notAfter } of manifest.keys) {
    if (of === use) known.set(kid, { key: await importPublicKey(key), notAfter });
  }
  const revoked = new Set(manifest.revoked);
  return (kid) => {
    if (revoked.has(kid)) return refused('revoked-key', kid.slice(0, 64));
    const entry = known.get(kid);
    if (entry === undefined) return refused('unknown-key', kid.slice(0, 64));
    const { key, notAfter } = entry;
    const hasEnded = notAfter !== undefined && (notAfter <= manifest.issuedAt || isPast(notAfter));
    return hasEnded ? refused('expired-key', `${kid.slice(0, 64)} ended ${notAfter}`) : accepted(key);
  };
}
