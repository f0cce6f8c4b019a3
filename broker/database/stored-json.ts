import type * as v from 'valibot';
import { validate } from '../../protocol/decode.ts';

/**
 * Reads back what was stored as JSON text; what one row holds together may be more than one message may [P-20]. (Text, not jsonb: jsonb refuses escaped NULs and lone surrogates, and one
 * such report would hold up a whole batch.) Throws where the database holds something that was never written by us.
 */
export function readStored<T>(schema: v.GenericSchema<unknown, T>, text: string): T {
  const checked = validate(schema, JSON.parse(text) as unknown);
  if (!checked.ok) throw new Error('the database holds an unreadable value', { cause: checked.refusal });
  return checked.value;
}
