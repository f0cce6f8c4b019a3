import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import type { SigningKey } from '../../protocol/envelope.ts';
import { identifier } from '../../protocol/fields.ts';
import { type ClientKey, decodeKeys, encodeKeys, importPublicKey, type Keys } from '../../protocol/keys.ts';
import { Authority } from '../authority/authority.ts';
import { KeyStoreError } from './errors.ts';
import { readIfThere, writePrivateFile } from './files.ts';
import { importPrivateKey, makeKeyPair } from './key-pair.ts';
import { inDays } from './manifest.ts';
import { keyPaths } from './paths.ts';

/** As long as a station's certificate: who forgets the one forgets the other, and the log speaks of it early. */
export const SIGNING_DAYS = 2 * 365;
/** An API token has no fewer characters. */
const TOKEN_LENGTH = 32;

/** The centre's keys as a running centre needs them; the root's private key is not among them. */
export interface CentreKeys {
  readonly centre: string;
  /** The root public key in base64url: what a station pins. */
  readonly root: string;
  readonly manifest: Keys;
  /** The manifest as `all/keys` carries it. */
  readonly signedManifest: Uint8Array;
  /** Signs everything that stations obey: the latest signing key of the manifest that is here. */
  readonly signer: SigningKey;
  /** When that key ends. */
  readonly signerEnds: string | undefined;
}

/** Makes the root key, one signing key, manifest version 1, the certificate authority and the API token. Throws KeyStoreError. */
export async function initKeys(
  data: string,
  centre: string,
): Promise<{ centre: string; root: string; signing: string }> {
  const name = validate(v.strictObject({ centre: identifier }), { centre });
  if (!name.ok) throw new KeyStoreError('invalid', name.refusal.message, name.refusal);
  const at = keyPaths(data);
  if (await readIfThere(at.manifest)) throw new KeyStoreError('exists', at.manifest);
  await mkdir(at.folder, { recursive: true, mode: 0o700 });
  const root = await makeKeyPair();
  const signing = await makeKeyPair();
  const manifest = await encodeKeys(
    {
      centre,
      version: 1,
      issuedAt: new Date().toISOString(),
      keys: [{ use: 'centre', kid: signing.kid, key: signing.publicKey, notAfter: inDays(new Date(), SIGNING_DAYS) }],
      revoked: [],
    },
    { kid: 'root', key: await importPrivateKey(root.pem) },
  );
  await writePrivateFile(at.rootPrivate, root.pem);
  await writePrivateFile(at.rootPublic, `${root.publicKey}\n`);
  await writePrivateFile(at.signing(signing.kid), signing.pem);
  const authority = await Authority.create(centre);
  await writePrivateFile(at.authorityPrivate, authority.key);
  await writePrivateFile(at.authority, authority.certificate);
  await writePrivateFile(at.token, `${randomBytes(32).toString('base64url')}\n`);
  // The manifest last: with it the set of keys is complete.
  await writePrivateFile(at.manifest, manifest);
  return { centre, root: root.publicKey, signing: signing.kid };
}

/** Reads the keys of a data folder. Throws KeyStoreError. */
export async function loadKeys(data: string): Promise<CentreKeys> {
  const at = keyPaths(data);
  const signedManifest = await readIfThere(at.manifest);
  const rootPublic = await readIfThere(at.rootPublic);
  if (!signedManifest || !rootPublic) throw new KeyStoreError('missing', at.folder);
  const root = rootPublic.toString('utf8').trim();
  const manifest = await decodeKeys(signedManifest, await importPublicKey(root));
  if (!manifest.ok) throw new KeyStoreError('unreadable', at.manifest, manifest.refusal);
  return {
    centre: manifest.value.centre,
    root,
    manifest: manifest.value,
    signedManifest,
    ...(await findSigner(data, manifest.value)),
  };
}

/** The authority that certifies stations and this centre's servers. Throws KeyStoreError. */
export async function loadAuthority(data: string): Promise<Authority> {
  const at = keyPaths(data);
  const [certificate, key] = await Promise.all([readIfThere(at.authority), readIfThere(at.authorityPrivate)]);
  if (!certificate || !key) throw new KeyStoreError('missing', certificate ? at.authorityPrivate : at.authority);
  try {
    return await Authority.load({ certificate: certificate.toString('utf8'), key: key.toString('utf8') });
  } catch (cause) {
    throw new KeyStoreError('unreadable', at.authority, cause);
  }
}

/** The authority's certificate in PEM, for whoever talks to this centre on this machine. */
export async function readAuthority(data: string): Promise<string | undefined> {
  return (await readIfThere(keyPaths(data).authority))?.toString('utf8');
}

/** The token of the HTTP API; undefined where there is none, or what is left of one that was not written whole. */
export async function readApiToken(data: string): Promise<string | undefined> {
  const token = (await readIfThere(keyPaths(data).token))?.toString('utf8').trim() ?? '';
  return token.length < TOKEN_LENGTH ? undefined : token;
}

/** The manifest's entry of an ordering client's key. */
export function clientKey(manifest: Keys, kid: string): ClientKey | undefined {
  return manifest.keys.find((entry): entry is ClientKey => entry.use === 'client' && entry.kid === kid);
}

async function findSigner(data: string, manifest: Keys): Promise<Pick<CentreKeys, 'signer' | 'signerEnds'>> {
  for (const { use, kid, notAfter } of manifest.keys.toReversed()) {
    if (use !== 'centre' || manifest.revoked.includes(kid)) continue;
    const pem = await readIfThere(keyPaths(data).signing(kid));
    if (pem) return { signer: { kid, key: await importPrivateKey(pem.toString('utf8')) }, signerEnds: notAfter };
  }
  throw new KeyStoreError('missing', join(data, 'keys', 'signing-….pem'));
}
