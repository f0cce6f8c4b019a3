import { randomBytes } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { test } from 'tap';
import { findFfmpeg } from '../../agent/audio/ffmpeg.ts';
import { systemClock } from '../../agent/clock/clock.ts';
import { isInternalAddress } from '../../agent/fetch/address.ts';
import { Cache } from '../../agent/fetch/cache.ts';
import { obtain } from '../../agent/fetch/obtain.ts';
import type { AudioVariant } from '../../protocol/order.ts';
import { Refusal } from '../../protocol/refusal.ts';
import { serve } from '../support/http.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { recordTone } from '../support/tone.ts';
import { until } from '../support/until.ts';

const tone = await recordTone(2);
const never = new AbortController().signal;
const ffmpeg = (await findFfmpeg()) ?? 'ffmpeg';

type Context = { testdir(): string; teardown(undo: () => unknown): void };

/** Fetches from a server that behaves like `listener`; resolves with the track or the refusal. */
async function fetchFrom(t: Context, listener: RequestListener, change: Partial<AudioVariant> = {}, withinMs = 60_000) {
  const server = await serve(listener);
  t.teardown(() => server.close());
  const directory = t.testdir();
  const cache = await Cache.open(directory, 1e9);
  const variant = { ...tone.variant(`${server.url}/audio`), ...change };
  const late = AbortSignal.timeout(withinMs);
  const options = { cache, ffmpeg, clock: systemClock };
  const result = await obtain(variant, options, late, new AbortController().signal).catch((error: unknown) => error);
  return { result, cache, directory, variant, options };
}

const codeOf = (result: unknown) => (result instanceof Refusal ? result.code : result);

const whole: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': tone.bytes.byteLength }).end(tone.bytes);
};

test('a recording is fetched once, verified, and found again after a restart', async (t) => {
  let requests = 0;
  const { result, directory, variant, options } = await fetchFrom(t, (request, response) => {
    requests += 1;
    whole(request, response);
  });
  t.match(result, { sha256: variant.sha256, samples: 96_000 });
  const reopened = await Cache.open(directory, 1e9);
  const again = await obtain(variant, { ...options, cache: reopened }, never, new AbortController().signal);
  t.equal((await again.head()).byteLength, 192_000, 'the head is there as PCM');
  t.equal(requests, 1);
});

test('what a server does wrong is refused by its code', async (t) => {
  const refusals: Record<string, { listener: RequestListener; change?: Partial<AudioVariant>; withinMs?: number }> = {
    'audio-not-found': { listener: (_, response) => response.writeHead(404).end() },
    'audio-hash-differs': {
      listener: (_, response) => response.end(Buffer.alloc(tone.bytes.byteLength, 7)),
    },
    'audio-size-differs': {
      listener: (_, response) => {
        response.writeHead(200, { 'content-length': 200 * 1024 * 1024 });
        response.write(Buffer.alloc(65_536));
      },
    },
    'audio-unreachable': { listener: (_, response) => response.destroy(), withinMs: 1_500 },
    'audio-address-forbidden': {
      listener: (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
    },
  };
  for (const [code, { listener, change, withinMs }] of Object.entries(refusals)) {
    await t.test(code, async (t) => {
      const { result, cache, variant } = await fetchFrom(t, listener, change, withinMs);
      t.equal(codeOf(result), code);
      t.equal(await cache.find(variant.sha256), undefined, 'nothing became playable');
    });
  }
});

test('an endless body is cut at the announced size', async (t) => {
  let sent = 0;
  const { result } = await fetchFrom(t, (_, response) => {
    const more = () => {
      if (response.destroyed) return;
      sent += 65_536;
      response.write(randomBytes(65_536), () => setImmediate(more));
    };
    more();
  });
  t.equal(codeOf(result), 'audio-size-differs');
  t.ok(sent < 20 * 1024 * 1024, `the server got rid of ${sent} bytes`);
});

test('redirects to internal addresses are refused, by name and by number', async (t) => {
  for (const location of [
    'http://127.0.0.1:9/x',
    'http://localhost:9/x',
    'http://[::1]:9/x',
    'http://[::ffff:10.0.0.1]/',
    'http://0/x',
    'file:///etc/passwd',
  ]) {
    const { result } = await fetchFrom(t, (_, response) => response.writeHead(302, { location }).end());
    t.equal(codeOf(result), 'audio-address-forbidden', location);
  }
  t.ok(['10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '::1', 'fe80::1', 'fd00::1'].every(isInternalAddress));
  const carrying = ['::7f00:1', '2002:7f00:1::', '2001:0:1::', '64:ff9b::7f00:1', '64:ff9b:1::1', 'fec0::1'];
  t.ok([...carrying, '::ffff:127.0.0.1', '::ffff:0:7f00:1', '::ffff:7f00:1', 'ff02::1'].every(isInternalAddress));
  t.notOk(['113.160.0.1', '::ffff:113.160.0.1', '2405:4800::1', '2606:4700::6810:84e5'].some(isInternalAddress));
});

test('a redirect within the same host is followed', async (t) => {
  const { result } = await fetchFrom(t, (request, response) =>
    request.url === '/audio'
      ? void response.writeHead(302, { location: '/elsewhere' }).end()
      : whole(request, response),
  );
  t.match(result, { samples: 96_000 });
});

test('a server that gives one byte a second is given up', async (t) => {
  const clock = new ManualClock();
  const late = new AbortController();
  const server = await serve((_, response) => {
    response.writeHead(200, { 'content-length': tone.bytes.byteLength });
    response.write(tone.bytes.subarray(0, 1));
  });
  t.teardown(() => server.close());
  const directory = t.testdir();
  const cache = await Cache.open(directory, 1e9);
  const variant = tone.variant(`${server.url}/audio`);
  let result: unknown;
  const done = obtain(variant, { cache, ffmpeg, clock }, late.signal, new AbortController().signal).catch(
    (error: unknown) => {
      result = error;
    },
  );
  await until(
    'the first byte',
    async () => (await stat(cache.partOf(variant.sha256)).catch(() => undefined))?.size === 1,
  );
  await clock.advance(10_000);
  late.abort();
  await clock.advance(1_000);
  await done;
  t.equal(codeOf(result), 'audio-too-slow');
});

test('a broken download goes on where it ended', async (t) => {
  const ranges: (string | undefined)[] = [];
  const half = Math.floor(tone.bytes.byteLength / 2);
  const { result } = await fetchFrom(t, (request, response) => {
    ranges.push(request.headers.range);
    if (request.headers.range === undefined) {
      response.writeHead(200, { 'content-length': tone.bytes.byteLength });
      response.write(tone.bytes.subarray(0, half), () => setTimeout(() => response.destroy(), 50));
      return;
    }
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range)?.[1]);
    const rest = tone.bytes.subarray(from);
    const total = tone.bytes.byteLength;
    response.writeHead(206, {
      'content-length': rest.byteLength,
      'content-range': `bytes ${from}-${total - 1}/${total}`,
    });
    response.end(rest);
  });
  t.match(result, { samples: 96_000 });
  t.same(ranges, [undefined, `bytes=${half}-`]);
});

test('what is not audio, and a playlist that names a file, never becomes playable', async (t) => {
  const secret = join(t.testdir(), 'secret.wav');
  await writeFile(secret, 'secret');
  const contents = {
    text: Buffer.from('not audio at all '.repeat(200)),
    playlist: Buffer.from(`#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://${secret}\n#EXT-X-ENDLIST\n`),
    concat: Buffer.from(`ffconcat version 1.0\nfile '${secret}'\n`),
    'half an Opus file': tone.bytes.subarray(0, Math.floor(tone.bytes.byteLength / 3)),
  };
  for (const [name, bytes] of Object.entries(contents)) {
    const { createHash } = await import('node:crypto');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const change = { size: bytes.byteLength, sha256 };
    const { result } = await fetchFrom(t, (_, response) => response.end(bytes), change);
    t.equal(codeOf(result), 'audio-unplayable', name);
  }
});

test('the cache gives up what was used longest ago, never what is needed', async (t) => {
  const directory = t.testdir();
  const cache = await Cache.open(directory, 250);
  const names = ['a', 'b', 'c'].map((letter) => letter.repeat(64));
  const [first = '', second = '', third = ''] = names;
  for (const name of names.slice(0, 2)) {
    await writeFile(cache.partOf(name), Buffer.alloc(100));
    await cache.keep(name, 1, Buffer.alloc(2));
  }
  cache.need(first);
  await cache.makeRoom(100);
  await writeFile(cache.partOf(third), Buffer.alloc(100));
  await cache.keep(third, 1, Buffer.alloc(2));
  t.ok(await cache.find(first), 'needed, though the oldest');
  t.equal(await cache.find(second), undefined);
  t.ok(await cache.find(third));
});

test('a power cut before the verification leaves nothing playable', async (t) => {
  const directory = t.testdir({
    ['a'.repeat(64)]: 'downloaded, but never verified',
    [`${'b'.repeat(64)}.head`]: 'a head without its file',
    [`${'c'.repeat(64)}.part`]: 'half',
  });
  const cache = await Cache.open(directory, 1e9);
  t.equal(await cache.find('a'.repeat(64)), undefined);
  t.equal(cache.files, 0);
  t.ok(await stat(cache.partOf('c'.repeat(64))), 'what can be resumed stays');
});
