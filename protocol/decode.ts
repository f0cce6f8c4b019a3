import * as v from 'valibot';
import { parseJson } from './json.ts';
import { MAX_MESSAGE_BYTES, MAX_PROBLEMS } from './limits.ts';
import { accepted, type Decoded, Refusal, refused } from './refusal.ts';

type Schema<T> = v.GenericSchema<unknown, T>;

/** Checks a parsed value; the refusal lists every bad field, at most MAX_PROBLEMS of them. */
export function validate<T>(schema: Schema<T>, value: unknown): Decoded<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return accepted(result.output);
  const fields = result.issues
    .slice(0, MAX_PROBLEMS)
    .map((issue) => ({ path: v.getDotPath(issue) ?? '', problem: issue.message }));
  return refused('invalid-fields', '', fields);
}

/** Decodes an unsigned JSON message of unknown origin. Never throws [P-21]. */
export function decodeJson<T>(schema: Schema<T>, bytes: Uint8Array): Decoded<T> {
  const parsed = parseJson(bytes);
  return parsed.ok ? validate(schema, parsed.value) : parsed;
}

/**
 * Encodes a message after checking it against its own schema, so that a fault on our side shows where it is made
 * and not at the reader. Throws Refusal.
 */
export function encodeJson<T>(schema: Schema<T>, value: T): Uint8Array {
  const checked = validate(schema, value);
  if (!checked.ok) throw checked.refusal;
  const bytes = new TextEncoder().encode(JSON.stringify(checked.value));
  if (bytes.byteLength > MAX_MESSAGE_BYTES) throw new Refusal('too-large', `${bytes.byteLength} bytes`);
  return bytes;
}
