import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import { outcomes } from '../../protocol/report.ts';
import { type MessageEntry, type MessageName, messages } from './catalogue.ts';

/** The file of a message's schema under protocol/schemas/. */
export function schemaFile(name: MessageName): string {
  const entry: MessageEntry = messages[name];
  return `${entry.file ?? name}.json`;
}

/**
 * Left out, knowingly: what JSON Schema cannot say, which is every `check` (text rules [P-23], real dates, order of
 * instants, no entry twice, evidence [P-40]). What a JSON Schema accepts may therefore still be refused, with the field
 * and the reason. Anything else that cannot be said is an error here.
 */
const config: ConversionConfig = {
  target: 'draft-07',
  typeMode: 'input',
  ignoreActions: ['check', 'finite'],
  overrideSchema: ({ valibotSchema }) => {
    // A record with a closed list of keys, which the converter does not know: the count of stations by outcome.
    if (valibotSchema.type !== 'record') return undefined;
    const count = { type: 'integer' as const, minimum: 0 };
    return { type: 'object', propertyNames: { enum: [...outcomes] }, additionalProperties: count };
  },
};

/** The JSON Schema of each message, by file name. */
export function jsonSchemas(): ReadonlyMap<string, unknown> {
  const files = new Map<string, unknown>();
  for (const [name, entry] of Object.entries<MessageEntry>(messages)) {
    const file = schemaFile(name as MessageName);
    if (files.has(file)) continue;
    const { $schema, ...rest } = toJsonSchema(entry.schema, config);
    const $id = `urn:loa:1:${file.replace('.json', '')}`;
    files.set(file, { $schema, $id, description: entry.summary, ...rest, examples: [entry.example] });
  }
  return files;
}
