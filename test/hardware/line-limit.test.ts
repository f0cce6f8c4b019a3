import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { test } from 'tap';
import { LineLimit } from '../../agent/hardware/line-limit.ts';
import { readLines } from '../../agent/hardware/lines.ts';
import { until } from './bench.ts';

test('bytes without a newline do not fill the memory', async (t) => {
  const limit = new LineLimit(128, 60_000);
  let passed = 0;
  limit.on('data', (chunk: Buffer) => {
    passed += chunk.length;
  });
  for (let round = 0; round < 1000; round += 1) limit.write(Buffer.alloc(10_000, 0x78));
  limit.write('\nshort\n');
  await until(() => passed > 0, 'the short line');
  limit.destroy();
  t.ok(passed < 300, `${passed} of 10,000,000 bytes went on`);
});

test('no line is longer than 128 bytes, and every short one arrives, however the bytes are cut', async (t) => {
  const text = fc.oneof(
    fc.stringMatching(/^[a-z]{1,126}$/),
    fc.integer({ min: 129, max: 1000 }).map((length) => 'x'.repeat(length)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 8 }), fc.integer({ min: 1, max: 200 }), async (texts, size) => {
      const source = new PassThrough();
      const heard: string[] = [];
      const stop = readLines(source, (line) => heard.push(line));
      const bytes = Buffer.from([...texts, 'end'].map((line) => `${line}\r\n`).join(''));
      for (let at = 0; at < bytes.length; at += size) source.write(bytes.subarray(at, at + size));
      await until(() => heard.includes('end'), 'the last line');
      stop();
      t.ok(heard.every((line) => line.length <= 128));
      const short = texts.filter((line) => line.length <= 126);
      t.same(
        heard.filter((line) => short.includes(line)),
        short,
      );
    }),
    { numRuns: 50 },
  );
});

test('a half line is handed out when nothing follows', async (t) => {
  const source = new PassThrough();
  const heard: string[] = [];
  const stop = readLines(source, (line) => heard.push(line));
  source.write('half');
  await until(() => heard.length > 0, 'the half line');
  source.write('whole\r\n');
  await until(() => heard.length > 1, 'the whole line');
  stop();
  t.same(heard, ['half', 'whole']);
});
