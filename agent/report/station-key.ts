import { createPrivateKey } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { SigningKey } from '../../protocol/envelope.ts';
import { writePrivate } from '../card/durable.ts';

export interface StationKey extends SigningKey {
  /** 32 bytes in base64url, as the birth message carries it. */
  readonly publicKey: string;
  readonly publicCryptoKey: CryptoKey;
  /** PKCS #8 in PEM, for TLS. */
  readonly pem: string;
}

/**
 * The key with which this station signs its reports; made here at the first start and never sent anywhere. Throws when
 * the file is there and holds no key: making another one silently would make the station a stranger to its centre.
 */
export async function openStationKey(directory: string, station: string): Promise<StationKey> {
  const path = join(directory, 'station-key.json');
  let jwk: JWK;
  try {
    jwk = JSON.parse(await readFile(path, 'utf8')) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new Error(`${path} holds no key`, { cause: error });
    jwk = await makeKey(directory, path);
  }
  const key = (await importJWK(jwk, 'Ed25519')) as CryptoKey;
  if (jwk.x === undefined || jwk.d === undefined) throw new Error(`${path} holds no Ed25519 private key`);
  const { d: _, ...publicJwk } = jwk;
  return {
    kid: station,
    key,
    publicKey: jwk.x,
    publicCryptoKey: (await importJWK({ ...publicJwk, key_ops: ['verify'] }, 'Ed25519')) as CryptoKey,
    pem: createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

async function makeKey(directory: string, path: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true });
  const jwk = await exportJWK(privateKey);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writePrivate(path, JSON.stringify(jwk));
  return jwk;
}
