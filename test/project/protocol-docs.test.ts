import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { test } from 'tap';
import { validate } from '../../protocol/decode.ts';
import { parseTopic } from '../../protocol/topics.ts';
import { channels, type MessageEntry, type MessageName, messages } from './catalogue.ts';
import { protocolFiles, root } from './protocol-files.ts';
import { schemaFile } from './schemas.ts';

const files = protocolFiles();
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

test('the generated documents are up to date: else run `npm run protocol:docs`', async (t) => {
  for (const [path, text] of files) t.equal(textOf(path), text, path);
  t.same(
    readdirSync(join(root, 'protocol/schemas')).sort(),
    [...files.keys()]
      .filter((path) => path.includes('/schemas/'))
      .map((path) => path.split('/').at(-1))
      .sort(),
    'and nothing else lies there',
  );
});

test('every example is valid, by the code and by its JSON Schema', async (t) => {
  for (const [name, entry] of Object.entries<MessageEntry>(messages)) {
    const checked = validate(entry.schema, entry.example);
    t.equal(checked.ok ? '' : checked.refusal.message, '', name);
    const ajv = new Ajv({ allErrors: true, strict: false });
    formats.default(ajv);
    const schema = JSON.parse(files.get(`protocol/schemas/${schemaFile(name as MessageName)}`) ?? '') as object;
    t.ok(ajv.validate(schema, entry.example), `${name} by its schema`, { errors: ajv.errors });
    t.notOk(ajv.validate(schema, { hello: 1 }), `${name}'s schema refuses something else`);
  }
});

test('the AsyncAPI document is valid by the official schema', async (t) => {
  const require = createRequire(import.meta.url);
  const official: object = require('@asyncapi/specs/schemas/3.0.0.json');
  // The official schema brings its own copy of JSON Schema draft 7 along.
  const ajv = new Ajv({ meta: false, validateSchema: false, strict: false, logger: false });
  formats.default(ajv);
  const document: unknown = JSON.parse(files.get('protocol/asyncapi.json') ?? '');
  t.ok(ajv.validate(official, document), 'valid', { errors: ajv.errors });
});

test('every reference of the AsyncAPI document leads somewhere', async (t) => {
  const document: unknown = JSON.parse(files.get('protocol/asyncapi.json') ?? '');
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref);
  t.ok(references.length > 40);
  for (const ref of new Set(references)) {
    const found = ref.startsWith('#/')
      ? ref
          .slice(2)
          .split('/')
          .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
      : files.get(`protocol/${ref.replace('./', '')}`);
    t.ok(found, ref);
  }
});

test('every channel is a topic that the code reads', async (t) => {
  for (const { address } of Object.values(channels)) {
    const topic = address.replace(/\{\w+\}/g, 'x');
    t.ok(parseTopic('x', topic), address);
  }
});
