import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { test } from 'tap';
import { findFfmpeg } from '../../broker/media/find-ffmpeg.ts';
import { ingest } from '../../broker/media/ingest.ts';
import { parseRange } from '../../broker/media/ranges.ts';
import { MediaStore } from '../../broker/media/store.ts';
import { TestCentre } from './support/test-centre.ts';
import { sha256 } from './support/test-station.ts';

const run = promisify(execFile);

test('recordings', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const ffmpeg = await findFfmpeg(undefined);
  const store = new MediaStore(join(centre.data, 'media'));
  const folder = t.testdir();
  const file = (name: string) => join(folder, name);
  const make = (name: string, source: string, ...more: string[]) =>
    run(ffmpeg, ['-v', 'error', '-f', 'lavfi', '-i', source, ...more, file(name)]);
  const add = (name: string) => ingest(store, file(name), { language: 'vi', ffmpeg });
  await make('quiet.wav', 'sine=frequency=440:duration=3', '-af', 'volume=-30dB', '-ac', '2', '-ar', '44100');
  await make('loud.mp3', 'sine=frequency=440:duration=3', '-af', 'volume=10dB');

  const quiet = await add('quiet.wav');

  await t.test('become Opus in Ogg under the name of their content', async (t) => {
    const bytes = await readFile(store.pathOf(quiet.sha256));
    t.match(quiet, { sha256: sha256(bytes), size: bytes.byteLength, mime: 'audio/ogg', language: 'vi' });
    t.ok(Math.abs(quiet.durationMs - 3_000) <= 25, `${quiet.durationMs} ms`);
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-show_streams',
      '-of',
      'json',
      store.pathOf(quiet.sha256),
    ]);
    t.match(JSON.parse(stdout).streams, [{ codec_name: 'opus', channels: 1, sample_rate: '48000' }]);
    t.same(await store.find(quiet.sha256), quiet);
  });

  await t.test('come out equally loud, whatever went in', async (t) => {
    const loudness = async (hash: string) => {
      const { stderr } = await run(ffmpeg, [
        '-hide_banner',
        '-i',
        store.pathOf(hash),
        '-af',
        'ebur128',
        '-f',
        'null',
        '-',
      ]);
      return Number(/I:\s+(-?[\d.]+) LUFS\s+Threshold[\s\S]*$/.exec(stderr.slice(stderr.lastIndexOf('Summary')))?.[1]);
    };
    const loud = await add('loud.mp3');
    for (const measured of [await loudness(quiet.sha256), await loudness(loud.sha256)]) {
      t.ok(Math.abs(measured + 16) < 1.5, `${measured} LUFS`);
    }
  });

  await t.test('are kept once', async (t) => {
    t.same(await add('quiet.wav'), quiet);
    t.equal((await readdir(store.directory)).filter((name) => name.startsWith('.')).length, 0, 'nothing is left over');
  });

  await t.test('are refused by what is wrong with them', async (t) => {
    await writeFile(file('text.mp3'), 'this is no sound');
    await make('silent.wav', 'anullsrc=r=48000:cl=mono', '-t', '1');
    await make('picture.mp4', 'testsrc=duration=1:size=64x64:rate=5');
    await writeFile(file('list.m3u8'), `#EXTM3U\n#EXTINF:3,\n${centre.httpUrl}/media/${quiet.sha256}\n`);
    await t.rejects(add('text.mp3'), { code: 'no-audio' });
    await t.rejects(add('silent.wav'), { code: 'silent' });
    await t.rejects(add('picture.mp4'), { code: 'no-audio' });
    await t.rejects(add('list.m3u8'), { code: 'no-audio' }, 'a playlist reaches nothing else');
    await t.rejects(add('absent.wav'), { code: 'no-file' });
    await t.rejects(ingest(store, file('quiet.wav'), { language: 'vi', ffmpeg: '/nowhere/ffmpeg' }), {
      code: 'no-ffmpeg',
    });
  });

  const url = `${centre.httpUrl}/media/${quiet.sha256}`;
  const bytes = await readFile(store.pathOf(quiet.sha256));
  const body = async (response: Response) => Buffer.from(await response.arrayBuffer());

  await t.test('are served whole, by HEAD, and as known already', async (t) => {
    const whole = await fetch(url);
    t.equal(whole.status, 200);
    t.equal(whole.headers.get('content-type'), 'audio/ogg');
    t.match(whole.headers.get('cache-control'), /immutable/);
    t.ok(bytes.equals(await body(whole)));
    const head = await fetch(url, { method: 'HEAD' });
    t.equal(head.headers.get('content-length'), String(bytes.byteLength));
    const etag = whole.headers.get('etag') ?? '';
    t.equal((await fetch(url, { headers: { 'if-none-match': etag } })).status, 304);
  });

  await t.test('are served in parts', async (t) => {
    const part = async (range: string, more: Record<string, string> = {}) => {
      const response = await fetch(url, { headers: { range, ...more } });
      return { status: response.status, range: response.headers.get('content-range'), bytes: await body(response) };
    };
    const size = bytes.byteLength;
    t.match(await part('bytes=0-9'), { status: 206, range: `bytes 0-9/${size}` });
    t.ok((await part('bytes=100-199')).bytes.equals(bytes.subarray(100, 200)));
    t.ok((await part('bytes=100-')).bytes.equals(bytes.subarray(100)));
    t.ok((await part('bytes=-50')).bytes.equals(bytes.subarray(-50)));
    t.match(await part(`bytes=${size}-`), { status: 416, range: `bytes */${size}` });
    t.match(await part('bytes=0-9,20-29'), { status: 200 });
    t.match(await part('bytes=0-9', { 'if-range': '"another"' }), { status: 200 });
  });

  await t.test('are not there under any other name, and nothing else is', async (t) => {
    for (const name of ['0'.repeat(64), '..%2Fapi-token', `${quiet.sha256}.json`, 'x']) {
      t.equal((await fetch(`${centre.httpUrl}/media/${name}`)).status, 404, name);
    }
    t.equal((await fetch(url, { method: 'DELETE' })).status, 405);
  });
});

test('a range never reaches outside the file', (t) => {
  const number = fc.option(fc.nat(300), { nil: '' });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 1, max: 200 }), (from, to, size) => {
      const range = parseRange(`bytes=${from}-${to}`, size);
      if (range === undefined || range === 'unsatisfiable') return true;
      return range.first >= 0 && range.first <= range.last && range.last < size;
    }),
  );
  fc.assert(
    fc.property(fc.string(), (header) => {
      parseRange(header, 100);
    }),
  );
  t.end();
});
