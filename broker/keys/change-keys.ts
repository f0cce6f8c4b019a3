import { rm } from 'node:fs/promises';
import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { type Priority, peerName, publicKey } from '../../protocol/fields.ts';
import { decodeKeys, encodeKeys, importPublicKey, type Keys } from '../../protocol/keys.ts';
import { lockFolder } from '../data-lock.ts';
import { KeyStoreError } from './errors.ts';
import { readIfThere, writePrivateFile } from './files.ts';
import { importPrivateKey, makeKeyPair } from './key-pair.ts';
import { loadKeys } from './key-store.ts';
import { following, inDays, type ManifestChange, type ManifestKey, newClientKid } from './manifest.ts';
import { keyPaths } from './paths.ts';
import { readRequest, writeRequest } from './request.ts';

/** What a change of the keys led to. */
export interface Changed {
  readonly version: number;
  /** The file to be signed where the root key is; absent where the change is in force. */
  readonly request?: string;
}

/** A new signing key takes over; the one before it counts for what it has signed, and ends soon. Throws KeyStoreError. */
export function rotateKeys(data: string, days: number): Promise<Changed & { readonly kid: string }> {
  return inTurn(data, async () => {
    const add = await makeSigningKey(data, days);
    return { kid: add.kid, ...(await change(data, { add })) };
  });
}

/**
 * Takes keys back by a new manifest. Where the present signing key is among them, a new one takes over in the same
 * manifest: a centre must not fall silent. Throws KeyStoreError, `unknown` for a key that is not listed.
 */
export function revokeKeys(data: string, kids: readonly string[], days: number): Promise<Changed> {
  return inTurn(data, async () => {
    const { manifest, signer } = await loadKeys(data);
    const unknown = kids.find((kid) => !manifest.keys.some((key) => key.kid === kid));
    if (unknown !== undefined) throw new KeyStoreError('unknown', unknown);
    const add = kids.includes(signer.kid) ? { add: await makeSigningKey(data, days) } : {};
    return change(data, { revoke: kids, ...add });
  });
}

/** Adds an ordering client's key. Throws KeyStoreError. */
export async function addClientKey(
  data: string,
  { client, key, priorities }: { client: string; key: string; priorities: readonly Priority[] },
): Promise<Changed & { readonly kid: string }> {
  const checked = validate(v.strictObject({ client: peerName, key: publicKey }), { client, key });
  if (!checked.ok) throw new KeyStoreError('invalid', checked.refusal.message, checked.refusal);
  const kid = newClientKid(client);
  return inTurn(data, async () => {
    const add: ManifestKey = { use: 'client', kid, ...checked.value, priorities: [...priorities] };
    return { kid, ...(await change(data, { add })) };
  });
}

/** Takes over a manifest that was signed elsewhere. Throws KeyStoreError. */
export function importManifest(data: string, file: string, signed: Uint8Array): Promise<Changed> {
  return inTurn(data, async () => {
    const { manifest, root } = await loadKeys(data);
    const decoded = await decodeKeys(signed, await importPublicKey(root));
    if (!decoded.ok) throw new KeyStoreError('other-root', file, decoded.refusal);
    const { centre, version, keys } = decoded.value;
    if (centre !== manifest.centre || version <= manifest.version) throw new KeyStoreError('superseded', file);
    const signing = keys.findLast(({ use }) => use === 'centre')?.kid ?? '';
    const path = keyPaths(data).signing(signing);
    if (!(await readIfThere(path))) throw new KeyStoreError('missing', path);
    await install(data, decoded.value, signed);
    return { version };
  });
}

async function makeSigningKey(data: string, days: number): Promise<ManifestKey> {
  const { kid, publicKey: key, pem } = await makeKeyPair();
  await writePrivateFile(keyPaths(data).signing(kid), pem);
  return { use: 'centre', kid, key, notAfter: inDays(new Date(), days) };
}

/** Signs with the root key where it lies here; else writes what is to be signed elsewhere. */
async function change(data: string, wanted: ManifestChange): Promise<Changed> {
  const at = keyPaths(data);
  const { manifest, signedManifest } = await loadKeys(data);
  // What is asked for and not signed yet goes along: a second request must not undo the first.
  const file = at.request(manifest.version + 1);
  const asked = await readIfThere(file);
  const before = asked === undefined ? manifest : { ...readRequest(file, asked).next, version: manifest.version };
  const next = following(before, wanted, new Date());
  const rootPem = await readIfThere(at.rootPrivate);
  if (rootPem === undefined) {
    const request = at.request(next.version);
    await writePrivateFile(request, writeRequest(signedManifest, next));
    return { version: next.version, request };
  }
  const key = await importPrivateKey(rootPem.toString('utf8'));
  await install(data, next, await encodeKeys(next, { kid: 'root', key }));
  return { version: next.version };
}

/** From now on the manifest counts; what no centre will sign with any more is deleted. */
async function install(data: string, next: Keys, signed: Uint8Array): Promise<void> {
  const at = keyPaths(data);
  const signer = next.keys.findLast(({ use }) => use === 'centre')?.kid;
  const before = (await loadKeys(data)).manifest.keys;
  await writePrivateFile(at.manifest, signed);
  const gone = before.filter(({ use, kid }) => use === 'centre' && kid !== signer);
  for (const { kid } of gone) await rm(at.signing(kid), { force: true });
  await rm(at.request(next.version), { force: true });
}

/** Two changes at once would be two manifests of one number. */
async function inTurn<T>(data: string, work: () => Promise<T>): Promise<T> {
  const release = await lockFolder(keyPaths(data).folder);
  try {
    return await work();
  } finally {
    await release();
  }
}
