import fc from 'fast-check';
import { test } from 'tap';
import { formatCode, parseCode, secretFrom } from '../../protocol/enrolment.ts';

const fingerprint = fc.stringMatching(/^[0-9a-f]{64}$/);
const secret = fc.uint8Array({ minLength: 8, maxLength: 8 }).map(secretFrom);

test('a code says what was put into it, however it is typed', async (t) => {
  fc.assert(
    fc.property(secret, fingerprint, fc.boolean(), (hidden, authority, lower) => {
      const code = formatCode(hidden, authority);
      const typed = lower ? code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l') : code;
      const parsed = parseCode(typed);
      return parsed?.secret === hidden && parsed.authority === authority.slice(0, 20);
    }),
  );
  t.match(formatCode('ABCDEFGH', 'f'.repeat(64)), /^([0-9A-Z]{4}-){5}[0-9A-Z]{4}$/);
});

test('what is no code is none', async (t) => {
  const code = formatCode('ABCDEFGH', 'f'.repeat(64));
  for (const typed of [
    '',
    'U',
    code.slice(1),
    `${code}A`,
    code.replace('A', 'U'),
    code.replace('A', 'Ă'),
    'x'.repeat(10_000),
  ]) {
    t.equal(parseCode(typed), undefined, typed.slice(0, 40));
  }
  fc.assert(fc.property(fc.string(), (typed) => parseCode(typed) === undefined || typed.length >= 24));
});
