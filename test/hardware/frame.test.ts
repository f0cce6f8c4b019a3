import fc from 'fast-check';
import { test } from 'tap';
import { crc16 } from '../../agent/hardware/sc1/crc.ts';
import { encodeFrame, MAX_LINE, parseFrame, type Sc1Frame } from '../../agent/hardware/sc1/frame.ts';

const sequence = fc.integer({ min: 1, max: 9999 });
const word = fc.stringMatching(/^[A-Z0-9_]{1,12}$/);
const field = fc.stringMatching(/^[ -)+\-.-;=?-~]{0,8}$/).filter((text) => !/[!,*<>]/.test(text));
const fields = fc.array(field, { maxLength: 8 });
const frames: fc.Arbitrary<Sc1Frame> = fc.oneof(
  fc.record({ kind: fc.constant('command' as const), sequence, verb: word, args: fields }),
  fc.record({ kind: fc.constant('reply' as const), sequence, ok: fc.boolean(), code: word, data: fields }),
  fc.record({ kind: fc.constant('event' as const), sequence, event: word, data: fields }),
);

test('crc-16/ccitt-false', async (t) => {
  t.equal(crc16('123456789'), '29B1');
  t.equal(crc16(''), 'FFFF');
});

test('a frame is read as it was written', async (t) => {
  fc.assert(
    fc.property(frames, (frame) => {
      const line = encodeFrame(frame);
      t.ok(line.length <= MAX_LINE && line.endsWith('\r\n'));
      t.same(parseFrame(line), { ok: true, frame });
      t.same(parseFrame(line.trimEnd()), { ok: true, frame });
    }),
    { numRuns: 300 },
  );
});

test('what stands before a frame does not harm it', async (t) => {
  fc.assert(
    fc.property(frames, fc.string({ maxLength: 20 }), (frame, noise) => {
      const line = noise + encodeFrame(frame);
      if (line.length <= MAX_LINE) t.same(parseFrame(line), { ok: true, frame });
    }),
  );
});

test('no corruption of one to two bits is taken for a frame', async (t) => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(6)), { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(frames, flips, (frame, places) => {
      const line = encodeFrame(frame).trimEnd();
      const bytes = Buffer.from(line, 'latin1');
      for (const [at, bit] of places) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit);
      const damaged = bytes.toString('latin1');
      const parsed = parseFrame(damaged);
      // Only the marker is not under the CRC; each end knows which one it may hear.
      if (parsed.ok) t.equal(encodeFrame(parsed.frame).slice(1).trimEnd(), line.slice(1));
    }),
    { numRuns: 500 },
  );
});

test('random bytes never throw and never give a frame whose CRC is wrong', async (t) => {
  const framed = fc.tuple(fc.constantFrom('<', '>', '!'), fc.string({ unit: 'binary-ascii' }), fc.string());
  const lines = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    framed.map(([marker, body, crc]) => `${marker}${body}*${crc}`),
    framed.map(([marker, body]) => `${marker}${body}*${crc16(body)}`),
  );
  fc.assert(
    fc.property(lines, (line) => {
      const parsed = parseFrame(line);
      if (!parsed.ok) return;
      t.ok(line.trimEnd().endsWith(encodeFrame(parsed.frame).trimEnd()), 'it is the frame that stands there');
    }),
    { numRuns: 2000 },
  );
});

test('refuses to say what nobody could read', async (t) => {
  const command = (verb: string, args: string[], sequence = 1): string =>
    encodeFrame({ kind: 'command', sequence, verb, args });
  t.throws(() => command('ON', ['1*2']), RangeError);
  t.throws(() => command('ON', ['a\n']), RangeError);
  t.throws(() => command('on', []), RangeError);
  t.throws(() => command('ON', [], 0), RangeError);
  t.throws(() => command('ON', [], 10_000), RangeError);
  t.throws(() => command('ON', ['x'.repeat(120)]), RangeError);
});

test('says why a line is no frame', async (t) => {
  t.same(parseFrame('x'.repeat(200)), { ok: false, reason: 'too-long' });
  t.same(parseFrame('hello'), { ok: false, reason: 'no-frame' });
  t.same(parseFrame('<1,OK,0*0000'), { ok: false, reason: 'wrong-crc' });
  t.same(parseFrame(`<1,YES,0*${crc16('1,YES,0')}`), { ok: false, reason: 'malformed' });
  t.same(parseFrame(`<01,OK,0*${crc16('01,OK,0')}`), { ok: false, reason: 'malformed' });
});
