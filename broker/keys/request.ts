import * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { parseJson } from '../../protocol/json.ts';
import { decodeKeys, encodeKeys, importPublicKey, type Keys, keysSchema } from '../../protocol/keys.ts';
import { KeyStoreError } from './errors.ts';
import { importPrivateKey, publicKeyOf } from './key-pair.ts';
import { type Differences, differences } from './manifest.ts';

/** What goes to the machine with the root key: the manifest in force, and the one to be signed in its place. */
const requestSchema = v.strictObject({
  request: v.literal('loa-keys'),
  /** As the root key has signed it. */
  inForce: v.string(),
  next: keysSchema,
});

export function writeRequest(inForce: Uint8Array, next: Keys): string {
  const request = { request: 'loa-keys' as const, inForce: Buffer.from(inForce).toString('latin1'), next };
  return `${JSON.stringify(request, undefined, 2)}\n`;
}

/** Throws KeyStoreError where the text is no request. */
export function readRequest(file: string, text: Uint8Array): v.InferOutput<typeof requestSchema> {
  const parsed = parseJson(text);
  const request = parsed.ok ? validate(requestSchema, parsed.value) : parsed;
  if (!request.ok) throw new KeyStoreError('no-request', file, request.refusal);
  return request.value;
}

export interface SignedRequest {
  readonly signed: Uint8Array;
  readonly next: Keys;
  readonly differences: Differences;
}

/**
 * Signs a requested manifest with the root key, away from the centre. Throws KeyStoreError where the file is no request, the
 * manifest in force is not this root key's, or the next one does not follow it by one and of the same centre.
 */
export async function signRequest(file: string, text: Uint8Array, rootPem: string): Promise<SignedRequest> {
  const { next, inForce: before } = readRequest(file, text);
  let root: Awaited<ReturnType<typeof importPrivateKey>>;
  try {
    root = await importPrivateKey(rootPem);
  } catch (cause) {
    throw new KeyStoreError('no-root', file, cause);
  }
  const inForce = await decodeKeys(Buffer.from(before, 'latin1'), await importPublicKey(publicKeyOf(rootPem)));
  if (!inForce.ok) throw new KeyStoreError('other-root', file, inForce.refusal);
  if (next.version !== inForce.value.version + 1 || next.centre !== inForce.value.centre) {
    throw new KeyStoreError('no-request', file);
  }
  return {
    signed: await encodeKeys(next, { kid: 'root', key: root }),
    next,
    differences: differences(inForce.value, next),
  };
}
