import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { decode } from '../../agent/audio/ffmpeg.ts';
import { BYTES_PER_SAMPLE, bytesOfMs } from '../../agent/audio/format.ts';
import { type ProgrammeSource, partSpanMs, programme } from '../../agent/audio/programme.ts';
import { systemClock } from '../../agent/clock/clock.ts';
import type { Track } from '../../agent/fetch/cache.ts';
import { recordTone } from '../support/tone.ts';

/** A recording with the head that a cache keeps of it, and all of its PCM. */
async function track(t: Test, seconds: number, headMs: number): Promise<{ track: Track; pcm: Buffer }> {
  const { bytes, variant } = await recordTone(seconds);
  const file = join(t.testdir({}), 'tone.ogg');
  await writeFile(file, bytes);
  const decoded: Buffer[] = [];
  for await (const part of decode({ ffmpeg: 'ffmpeg', file, clock: systemClock })) decoded.push(part);
  const pcm = Buffer.concat(decoded);
  const { sha256 } = variant();
  const head = pcm.subarray(0, bytesOfMs(headMs));
  return { track: { sha256, file, samples: pcm.byteLength / BYTES_PER_SAMPLE, head: async () => head }, pcm };
}

const source = (tracks: readonly Track[], ffmpeg = 'ffmpeg'): ProgrammeSource => ({
  tracks,
  chime: false,
  times: 1,
  gapMs: 0,
  from: 0,
  until: tracks.reduce((sum, { samples }) => sum + samples, 0),
  ffmpeg,
  clock: systemClock,
  signal: new AbortController().signal,
});

async function sound(from: ProgrammeSource): Promise<Buffer> {
  const stretches: Buffer[] = [];
  for await (const { pcm } of programme(from)) stretches.push(pcm);
  return Buffer.concat(stretches);
}

for (const headMs of [3_000, 1_000, 60, 0]) {
  test(`a head of ${headMs} ms and its decoder fit to the sample`, async (t) => {
    const { track: recording, pcm } = await track(t, 2, headMs);
    t.ok((await sound(source([recording, recording]))).equals(Buffer.concat([pcm, pcm])));
  });
}

test('the opening of a cached recording waits for no decoder', async (t) => {
  const { track: recording, pcm } = await track(t, 2, 1_000);
  const stretches = programme(source([recording], '/nowhere/ffmpeg'));
  const opening = await stretches.next();
  const sent = opening.value?.pcm ?? Buffer.alloc(0);
  t.ok(sent.byteLength > 0 && sent.equals(pcm.subarray(0, sent.byteLength)), 'sound without a decoder');
  const rest = async () => {
    for await (const _ of stretches);
  };
  await t.rejects(rest(), { code: 'decoder-failed' });
});

test('any part of a repeated programme is that part of its sound', async (t) => {
  const { track: recording, pcm } = await track(t, 0.5, 200);
  const whole = Buffer.concat([pcm, pcm, pcm, pcm]);
  const tracks = [recording, recording];
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.byteLength / 2), async (from) => {
      const until = from < whole.byteLength / 4 ? whole.byteLength / 4 : whole.byteLength / 2;
      const part = await sound({ ...source(tracks), times: 2, from, until });
      return part.equals(whole.subarray(from * 2, until * 2));
    }),
    { numRuns: 25 },
  );
  t.end();
});

test('a part lasts as long as it is said to, its chime and the gaps within it included', async (t) => {
  const samples = 4_800;
  const pcm = Buffer.alloc(samples * BYTES_PER_SAMPLE, 1);
  const recording: Track = { sha256: '', file: '', samples, head: async () => pcm };
  await fc.assert(
    fc.asyncProperty(
      fc.record({ count: fc.integer({ min: 1, max: 3 }), times: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ chime: fc.boolean(), gapMs: fc.integer({ min: 0, max: 2_500 }), ends: fc.array(fc.nat(1_000)) }),
      async ({ count, times }, { chime, gapMs, ends }) => {
        const whole = count * times * samples;
        const [from = 0, until = whole] = [...ends, 0, 1_000]
          .slice(0, 2)
          .sort((a, b) => a - b)
          .map((part) => Math.round((part / 1_000) * whole));
        if (from >= until) return true;
        const tracks = Array.from({ length: count }, () => recording);
        const part = { ...source(tracks), times, chime, gapMs, from, until };
        // What is sent is whole recordings' ends: a part ends with a repetition or with the programme.
        const once = count * samples;
        const asPlayed = { ...part, until: Math.ceil(until / once) * once };
        const played = (await sound(asPlayed)).byteLength / bytesOfMs(1);
        return Math.abs(played - partSpanMs(asPlayed)) < 0.1;
      },
    ),
  );
  t.end();
});
