import fc from 'fast-check';
import { test } from 'tap';
import { recognise } from './checker/listen.ts';
import { marksOf, render, SAMPLE_RATE, SIGNATURES, signatureOf } from './signature.ts';

test('every signature has three marks of its own', (t) => {
  const all = Array.from({ length: SIGNATURES }, (_, signature) => marksOf(signature));
  t.equal(new Set(all.map(String)).size, SIGNATURES);
  t.ok(all.every((marks, signature) => signatureOf(marks) === signature));
  t.equal(signatureOf([1, 1, 2]), undefined);
  t.equal(signatureOf([1, 2]), undefined);
  t.throws(() => marksOf(SIGNATURES), RangeError);
  t.end();
});

test('any piece of a recording tells which it is and where it lies, however loud', (t) => {
  const piece = fc.record({
    signature: fc.nat(SIGNATURES - 1),
    fromMs: fc.integer({ min: 0, max: 3_000 }),
    lengthMs: fc.integer({ min: 150, max: 3_000 }),
    volume: fc.double({ min: 0.05, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(piece, ({ signature, fromMs, lengthMs, volume }) => {
      const toMs = Math.min(4_000, fromMs + lengthMs);
      const at = (ms: number): number => Math.round((ms * SAMPLE_RATE) / 1000);
      const heard = render(signature, 4_000)
        .subarray(at(fromMs), at(toMs))
        .map((sample) => Math.round(sample * volume));
      const found = recognise(heard);
      t.equal(found.signature, signature);
      t.equal(found.passes.length, 1);
      const [pass] = found.passes;
      t.ok(pass !== undefined && Math.abs(pass.from - fromMs) < 50 && Math.abs(pass.to - toMs) < 50);
    }),
    { numRuns: 60 },
  );
  t.end();
});

test('what is heard again, left out, or no recording at all is told apart', (t) => {
  const sound = render(77, 1_000);
  const twice = Int16Array.from([...sound, ...sound]);
  t.match(recognise(twice), { signature: 77, passes: { length: 2 } });
  const gap = Int16Array.from([...sound.subarray(0, 15_000), ...sound.subarray(33_000)]);
  t.match(recognise(gap), { signature: 77, passes: { length: 2 } });
  const paused = Int16Array.from([...sound.subarray(0, 15_000), ...new Int16Array(9_000), ...sound.subarray(15_000)]);
  t.match(recognise(paused), { signature: 77, passes: { length: 1 } }, 'a pause loses nothing');
  const hum = Int16Array.from({ length: 48_000 }, (_, i) => 8_000 * Math.sin((2 * Math.PI * 440 * i) / SAMPLE_RATE));
  t.same(recognise(hum), { signature: undefined, passes: [] });
  t.same(recognise(new Int16Array(48_000)), { signature: undefined, passes: [] });
  t.end();
});
