import { type CryptoKey, importJWK } from 'jose';
import * as v from 'valibot';
import { type KeyLookup, open, type SigningKey, seal } from './envelope.ts';
import { distinct, identifier, instant, integer, keyId, priority, publicKey } from './fields.ts';
import { accepted, type Decoded, refused } from './refusal.ts';

/**
 * The manifest of the centre's keys (`all/keys`), signed by the root key that a station pins when it is set up.
 * `use: centre` keys sign what stations obey; `use: client` keys sign order requests to the centre and are never
 * obeyed by a station [P-14].
 */
export const keysSchema = v.strictObject({
  centre: identifier,
  version: integer(1, 1_000_000),
  issuedAt: instant,
  keys: v.pipe(
    v.array(
      v.variant('use', [
        v.strictObject({ use: v.literal('centre'), kid: keyId, key: publicKey }),
        v.strictObject({
          use: v.literal('client'),
          kid: keyId,
          key: publicKey,
          client: identifier,
          priorities: v.array(priority),
        }),
      ]),
    ),
    v.minLength(1),
    v.maxLength(100),
    v.check((keys) => distinct(keys.map((key) => key.kid)), 'must not name one kid twice'),
  ),
  revoked: v.pipe(v.array(keyId), v.maxLength(100)),
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

/** The keys of one use out of a manifest, ready for `open`. A revoked key is refused by its own code. */
export async function keyLookup(manifest: Keys, use: 'centre' | 'client'): Promise<KeyLookup> {
  const known = new Map<string, CryptoKey>();
  for (const entry of manifest.keys) {
    if (entry.use === use) known.set(entry.kid, await importPublicKey(entry.key));
  }
  const revoked = new Set(manifest.revoked);
  return (kid) => {
    if (revoked.has(kid)) return refused('revoked-key', kid.slice(0, 64));
    const key = known.get(kid);
    return key === undefined ? refused('unknown-key', kid.slice(0, 64)) : accepted(key);
  };
}
