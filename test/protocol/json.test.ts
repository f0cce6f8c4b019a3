import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import { parseJson } from '../../protocol/json.ts';
import { MAX_DEPTH, MAX_MESSAGE_BYTES } from '../../protocol/limits.ts';
import type { RefusalCode } from '../../protocol/refusal.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function codeOf(input: string | Uint8Array): RefusalCode | 'accepted' {
  const parsed = parseJson(typeof input === 'string' ? bytes(input) : input);
  return parsed.ok ? 'accepted' : parsed.refusal.code;
}

test('JSON within the limits is what JSON.parse makes of it', async () => {
  const values = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }).filter((value) => !holdsForbiddenKey(value));
  fc.assert(
    fc.property(values, (value) => {
      const text = JSON.stringify(value);
      const parsed = parseJson(bytes(text));
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.refusal.message);
      assert.deepEqual(parsed.value, JSON.parse(text));
    }),
  );
});

test('structure [P-20] [P-22]', async (t) => {
  const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const cases: readonly [string, string | Uint8Array, RefusalCode | 'accepted'][] = [
    ['the deepest that is allowed', nest(MAX_DEPTH), 'accepted'],
    ['one level more', nest(MAX_DEPTH + 1), 'too-deep'],
    ['nested 10,000 deep', nest(10_000), 'too-deep'],
    ['objects nested 10,000 deep', '{"a":'.repeat(10_000), 'too-deep'],
    ['brackets in a string are no depth', JSON.stringify('['.repeat(1_000)), 'accepted'],
    ['the largest that is allowed', `"${'a'.repeat(MAX_MESSAGE_BYTES - 2)}"`, 'accepted'],
    ['one byte more', `"${'a'.repeat(MAX_MESSAGE_BYTES - 1)}"`, 'too-large'],
    ['1 MB', `"${'a'.repeat(1_000_000)}"`, 'too-large'],
    ['__proto__', '{"__proto__":{"admin":true}}', 'forbidden-key'],
    ['__proto__, escaped', '{"\\u005f_proto__":{"admin":true}}', 'forbidden-key'],
    ['__proto__, deep, with white space before the colon', '[{"a":{"__proto__"\n :1}}]', 'forbidden-key'],
    ['constructor', '{"constructor":{"prototype":{}}}', 'forbidden-key'],
    ['prototype', '{"prototype":1}', 'forbidden-key'],
    ['__proto__ as a value', '{"a":"__proto__"}', 'accepted'],
    ['a key twice', '{"a":1,"b":2,"a":3}', 'duplicate-key'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":3}', 'duplicate-key'],
    ['a key twice around an inner object', '{"a":1,"b":{"a":1},"a":3}', 'duplicate-key'],
    ['one key in two objects', '[{"a":1},{"a":2},{"b":{"a":3}}]', 'accepted'],
    ['a BOM', '\ufeff{}', 'not-json'],
    ['no UTF-8', Uint8Array.from([0x22, 0xff, 0x22]), 'not-utf8'],
    ['an overlong NUL', Uint8Array.from([0x22, 0xc0, 0x80, 0x22]), 'not-utf8'],
    ['a surrogate in UTF-8', Uint8Array.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'not-utf8'],
    ['a raw NUL in a string', '"\0"', 'not-json'],
    ['nothing', '', 'not-json'],
    ['white space', ' \n', 'not-json'],
    ['a string without an end', '"abc', 'not-json'],
    ['a string that ends in a backslash', '"abc\\', 'not-json'],
    ['a key with a bad escape', '{"\\x":1}', 'not-json'],
    ['brackets that do not match', '{"a":1]', 'not-json'],
    ['two values', '{} {}', 'not-json'],
    ['a comment', '{/* */}', 'not-json'],
    ['a trailing comma', '[1,]', 'not-json'],
    ['NaN', 'NaN', 'not-json'],
  ];
  for (const [name, input, code] of cases) t.equal(codeOf(input), code, name);
});

test('no prototype is reached', async (t) => {
  parseJson(bytes('{"a":{"__proto__":{"reached":true}}}'));
  t.notOk('reached' in {});
});

function holdsForbiddenKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) => ['__proto__', 'constructor', 'prototype'].includes(key) || holdsForbiddenKey(inner),
  );
}
