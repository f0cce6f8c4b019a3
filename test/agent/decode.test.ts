import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { decode } from '../../agent/audio/ffmpeg.ts';
import { systemClock } from '../../agent/clock/clock.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { recordTone } from '../support/tone.ts';
import { until } from '../support/until.ts';

async function script(t: Test, text: string): Promise<string> {
  const path = join(t.testdir({}), 'ffmpeg');
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

/** Decodes to the end; the bytes that came, and the code of the refusal. */
async function run(decoding: AsyncIterable<Buffer>): Promise<{ bytes: number; code?: unknown; detail?: unknown }> {
  let bytes = 0;
  try {
    for await (const pcm of decoding) bytes += pcm.byteLength;
    return { bytes };
  } catch (error) {
    const { code, detail } = error as { code?: unknown; detail?: unknown };
    return { bytes, code, detail };
  }
}

test('a recording is decoded to 48 kHz mono, whatever happens on stderr', async (t) => {
  const file = join(t.testdir({}), 'tone.ogg');
  await writeFile(file, (await recordTone(1)).bytes);
  t.equal((await run(decode({ ffmpeg: 'ffmpeg', file, clock: systemClock }))).bytes, 96_000);
  const grumbling = await script(t, `head -c 1000000 /dev/zero | tr '\\0' '!' >&2; head -c 9600 /dev/zero`);
  t.same(await run(decode({ ffmpeg: grumbling, file, clock: systemClock })), { bytes: 9_600 });
});

test('what it could not do is told apart from what it was given', async (t) => {
  const cases: [string, string, string, RegExp][] = [
    ['it says no', `echo 'Invalid data found' >&2; exit 183`, 'audio-unplayable', /Invalid data/],
    ['it crashed under a shell', 'head -c 9600 /dev/zero; exit 139', 'decoder-failed', /139/],
    ['a signal ended it', 'kill -SEGV $$', 'decoder-failed', /SIGSEGV/],
    ['the memory was short', 'kill -KILL $$', 'decoder-failed', /SIGKILL/],
  ];
  for (const [name, text, code, detail] of cases) {
    const ffmpeg = await script(t, text);
    t.match(await run(decode({ ffmpeg, file: 'x', clock: systemClock })), { code, detail }, name);
  }
  t.match(await run(decode({ ffmpeg: '/nowhere/ffmpeg', file: 'x', clock: systemClock })), { code: 'decoder-failed' });
});

test('one that is silent for too long is ended, its orphans are not waited for', async (t) => {
  for (const before of ['', 'head -c 9600 /dev/zero; ']) {
    const folder = t.testdir({});
    const orphan = join(folder, 'orphan');
    const ffmpeg = join(folder, 'ffmpeg');
    await writeFile(
      ffmpeg,
      `#!/bin/sh\n${before}sleep 600 & echo $! > '${orphan}.new'; mv '${orphan}.new' '${orphan}'; wait\n`,
    );
    await chmod(ffmpeg, 0o755);
    const clock = new ManualClock();
    const running = run(decode({ ffmpeg, file: 'x', clock }));
    const pid = await until('the orphan', () => readFile(orphan, 'utf8').catch(() => undefined));
    // What it gave before it fell silent has to be taken first: only then is it waited for.
    let over = false;
    void running.finally(() => {
      over = true;
    });
    await until('the end', async () => {
      await clock.advance(1_000);
      return over;
    });
    t.match(await running, { code: 'decoder-hung', bytes: before === '' ? 0 : 9_600 });
    process.kill(Number(pid));
  }
});

test('one that closes its output and stays is ended too', async (t) => {
  const ffmpeg = await script(t, `exec sleep 600 >/dev/null 2>&1`);
  const clock = new ManualClock();
  const running = run(decode({ ffmpeg, file: 'x', clock }));
  let over = false;
  void running.finally(() => {
    over = true;
  });
  await until('the end', async () => {
    await clock.advance(1_000);
    return over;
  });
  t.match(await running, { code: 'decoder-hung' });
});

test('leaving early, or the signal, ends it without a complaint', async (t) => {
  const endless = await script(t, 'exec cat /dev/zero');
  let taken = 0;
  for await (const pcm of decode({ ffmpeg: endless, file: 'x', clock: systemClock })) {
    taken += pcm.byteLength;
    if (taken > 500_000) break;
  }
  const abort = new AbortController();
  const decoding = decode({ ffmpeg: endless, file: 'x', clock: systemClock, signal: abort.signal });
  await decoding.next();
  abort.abort();
  t.equal((await run(decoding)).code, undefined);
});
