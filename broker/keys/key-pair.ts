import { createPublicKey } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8 } from 'jose';
import { ALGORITHM } from '../../protocol/envelope.ts';

export interface KeyPair {
  /** RFC 7638 thumbprint: names the key without anybody choosing a name. */
  readonly kid: string;
  /** The public key's 32 bytes in base64url. */
  readonly publicKey: string;
  /** The private key as PKCS #8 in PEM. */
  readonly pem: string;
}

export async function makeKeyPair(): Promise<KeyPair> {
  const pair = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(pair.publicKey);
  if (jwk.x === undefined) throw new Error('an Ed25519 key without its public part');
  return { kid: await calculateJwkThumbprint(jwk), publicKey: jwk.x, pem: await exportPKCS8(pair.privateKey) };
}

export function importPrivateKey(pem: string): Promise<CryptoKey> {
  return importPKCS8(pem, ALGORITHM);
}

/** The public key's 32 bytes in base64url. Throws where the PEM holds no private key. */
export function publicKeyOf(pem: string): string {
  const { x } = createPublicKey(pem).export({ format: 'jwk' });
  if (x === undefined) throw new Error('no Ed25519 key');
  return x;
}
