import { generateKeyPair } from 'jose';
import type { KeyLookup, SigningKey } from '../../protocol/envelope.ts';
import { accepted, refused } from '../../protocol/refusal.ts';

/** A fresh Ed25519 key, and a lookup that knows it and no other. */
export async function makeSigner(kid = 'key-1'): Promise<{ signer: SigningKey; lookup: KeyLookup }> {
  const { privateKey, publicKey } = await generateKeyPair('Ed25519', { extractable: true });
  return {
    signer: { kid, key: privateKey },
    lookup: (asked) => (asked === kid ? accepted(publicKey) : refused('unknown-key', asked)),
  };
}
