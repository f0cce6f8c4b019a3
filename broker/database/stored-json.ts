import type * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';
import { parseJson } from '../../protocol/json.ts';

/**
 * Reads back what was stored as JSON text. (Text, not jsonb: jsonb refuses escaped NULs and lone surrogates, and one
 * such report would hold up a whole batch.) Throws where the database holds something that was never written by us.
 */
export function readStored<T>(schema: v.GenericSchema<unknown, T>, text: string): T {
  const parsed = parseJson(new TextEncoder().encode(text));
  const checked = parsed.ok ? validate(schema, parsed.value) : parsed;
  if (!checked.ok) throw new Error('the database holds an unreadable value', { cause: checked.refusal });
  return checked.value;
}
