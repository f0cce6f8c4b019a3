import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import type { KeyLookup, SigningKey } from '../../protocol/envelope.ts';
import type { Priority } from '../../protocol/fields.ts';
import { identifier, publicKey } from '../../protocol/fields.ts';
import { type ClientKey, decodeKeys, encodeKeys, importPublicKey, type Keys, keyLookup } from '../../protocol/keys.ts';
import { type FieldProblem, Refusal } from '../../protocol/refusal.ts';
import { Authority } from '../authority/authority.ts';
import { readIfThere, writePrivateFile } from './files.ts';
import { importPrivateKey, makeKeyPair } from './key-pair.ts';

/** The centre's keys as a running centre needs them; the root's private key is not among them. */
export interface CentreKeys {
  readonly centre: string;
  /** The root public key in base64url: what a station pins. */
  readonly root: string;
  readonly manifest: Keys;
  /** The manifest as `all/keys` carries it. */
  readonly signedManifest: Uint8Array;
  /** Signs everything that stations obey. */
  readonly signer: SigningKey;
  /** Public keys of the ordering clients. */
  readonly clients: KeyLookup;
}

/** What a person can put right: keys that are there already, not there yet, or not what they should be. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError';
  readonly code: 'exists' | 'missing' | 'invalid' | 'unreadable';
  /** What of that which was given is not right, where the code is `invalid`. */
  readonly fields: readonly FieldProblem[];

  constructor(code: KeyStoreError['code'], detail: string, cause?: unknown) {
    super(detail, cause === undefined ? {} : { cause });
    this.code = code;
    this.fields = cause instanceof Refusal ? cause.fields : [];
  }
}

const paths = (data: string) => ({
  folder: join(data, 'keys'),
  rootPrivate: join(data, 'keys', 'root.pem'),
  rootPublic: join(data, 'keys', 'root.pub'),
  signing: (kid: string) => join(data, 'keys', `signing-${kid}.pem`),
  manifest: join(data, 'keys', 'manifest.jws'),
  authorityPrivate: join(data, 'keys', 'authority.pem'),
  authority: join(data, 'keys', 'authority.crt'),
  token: join(data, 'api-token'),
});

/** Makes the root key, one signing key, manifest version 1, the certificate authority and the API token. Throws KeyStoreError. */
export async function initKeys(
  data: string,
  centre: string,
): Promise<{ centre: string; root: string; signing: string }> {
  const name = validate(v.strictObject({ centre: identifier }), { centre });
  if (!name.ok) throw new KeyStoreError('invalid', name.refusal.message, name.refusal);
  const at = paths(data);
  if (await readIfThere(at.manifest)) throw new KeyStoreError('exists', at.manifest);
  await mkdir(at.folder, { recursive: true, mode: 0o700 });
  const root = await makeKeyPair();
  const signing = await makeKeyPair();
  const manifest = await encodeKeys(
    {
      centre,
      version: 1,
      issuedAt: new Date().toISOString(),
      keys: [{ use: 'centre', kid: signing.kid, key: signing.publicKey }],
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
  const at = paths(data);
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
    signer: await findSigner(data, manifest.value),
    clients: await keyLookup(manifest.value, 'client'),
  };
}

/** Adds an ordering client's key to a new manifest version. Throws KeyStoreError. */
export async function addClientKey(
  data: string,
  client: { client: string; key: string; priorities: readonly Priority[] },
): Promise<{ kid: string; version: number }> {
  const checked = validate(v.strictObject({ client: identifier, key: publicKey }), {
    client: client.client,
    key: client.key,
  });
  if (!checked.ok) throw new KeyStoreError('invalid', checked.refusal.message, checked.refusal);
  const at = paths(data);
  const { manifest } = await loadKeys(data);
  const rootPem = await readIfThere(at.rootPrivate);
  if (!rootPem) throw new KeyStoreError('missing', at.rootPrivate);
  const kid = `client-${client.client}-${randomBytes(4).toString('hex')}`.slice(-64);
  const next: Keys = {
    ...manifest,
    version: manifest.version + 1,
    issuedAt: new Date().toISOString(),
    keys: [...manifest.keys, { use: 'client', kid, ...checked.value, priorities: [...client.priorities] }],
  };
  const signed = await encodeKeys(next, { kid: 'root', key: await importPrivateKey(rootPem.toString('utf8')) });
  await writePrivateFile(at.manifest, signed);
  return { kid, version: next.version };
}

/** The authority that certifies stations and this centre's servers. Throws KeyStoreError. */
export async function loadAuthority(data: string): Promise<Authority> {
  const at = paths(data);
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
  return (await readIfThere(paths(data).authority))?.toString('utf8');
}

/** The token of the HTTP API, or undefined where `keys init` has not run. */
export async function readApiToken(data: string): Promise<string | undefined> {
  return (await readIfThere(paths(data).token))?.toString('utf8').trim();
}

/** The manifest's entry of an ordering client's key. */
export function clientKey(manifest: Keys, kid: string): ClientKey | undefined {
  return manifest.keys.find((entry): entry is ClientKey => entry.use === 'client' && entry.kid === kid);
}

async function findSigner(data: string, manifest: Keys): Promise<SigningKey> {
  for (const entry of manifest.keys) {
    if (entry.use !== 'centre' || manifest.revoked.includes(entry.kid)) continue;
    const pem = await readIfThere(paths(data).signing(entry.kid));
    if (pem) return { kid: entry.kid, key: await importPrivateKey(pem.toString('utf8')) };
  }
  throw new KeyStoreError('missing', join(data, 'keys', 'signing-….pem'));
}
