import { execFile } from 'node:child_process';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { correlate, correlateBeginning } from '../../simulator/hearing/correlate.ts';
import { decodeProgramme } from '../../simulator/hearing/decode.ts';
import { isDigitalSilence } from '../../simulator/hearing/silence.ts';
import { readWav } from '../../simulator/hearing/wav.ts';
import { openWav } from '../../simulator/loudspeaker/wav-writer.ts';
import { bytesOf, speechLike, temporaryDirectory } from './helpers.ts';

const SECOND = 48_000;

function placed(sound: Int16Array, before: number, after: number, gain = 1): Int16Array {
  const whole = new Int16Array(before + sound.length + after);
  whole.set(
    sound.map((value) => Math.round(value * gain)),
    before,
  );
  return whole;
}

test('a programme is found wherever it is, however loud', (t) => {
  const programme = speechLike(6 * SECOND);
  for (const [before, after, gain] of [
    [0, 0, 1],
    [12_345, 7, 0.05],
    [7, 3 * SECOND, 0.5],
    [9 * SECOND + 1, 11, 1],
  ] as const) {
    const found = correlate(placed(programme, before, after, gain), programme);
    t.equal(found.lag, before);
    t.ok(found.coefficient > 0.999, `${found.coefficient}`);
  }
  t.end();
});

test('a minute is judged as well as a second', (t) => {
  const programme = speechLike(60 * SECOND);
  const found = correlate(placed(programme, SECOND, SECOND, 0.3), programme);
  t.equal(found.lag, SECOND);
  t.ok(found.coefficient > 0.9999);
  t.end();
});

test('what sounds before and after does not count, what is missing does', (t) => {
  const programme = speechLike(4 * SECOND);
  const chimed = placed(programme, 2 * SECOND, 0);
  chimed.set(speechLike(SECOND, 99), 0);
  t.ok(correlate(chimed, programme).coefficient > 0.999);
  const half = correlate(programme.subarray(0, 2 * SECOND), programme);
  t.ok(half.coefficient > 0.6 && half.coefficient < 0.8, `half gives ${half.coefficient}`);
  const late = correlate(programme.subarray(SECOND / 10), programme);
  t.equal(late.lag, -SECOND / 10);
  const torn = placed(programme, 0, SECOND);
  torn.copyWithin(2 * SECOND + 2_000, 2 * SECOND, 4 * SECOND);
  t.ok(correlate(torn, programme).coefficient < 0.95, 'a gap in the middle is heard');
  t.end();
});

test('another programme, and silence, are not the programme', (t) => {
  const programme = speechLike(3 * SECOND);
  t.ok(correlate(speechLike(3 * SECOND, 2), programme).coefficient < 0.1);
  t.same(correlate(new Int16Array(SECOND), programme), { coefficient: 0, lag: 0 });
  t.same(correlate(new Int16Array(0), programme), { coefficient: 0, lag: 0 });
  t.equal(correlate(programme, new Int16Array(SECOND)).coefficient, 0);
  t.end();
});

test('a preempted programme is judged by as much of its beginning as was heard', (t) => {
  const programme = speechLike(10 * SECOND);
  t.ok(correlateBeginning(programme.subarray(0, 3 * SECOND), programme).coefficient > 0.9999);
  t.ok(correlateBeginning(programme.subarray(5 * SECOND, 8 * SECOND), programme).coefficient < 0.5);
  t.end();
});

test('one sample that is not zero is not silence', (t) => {
  const sound = new Int16Array(SECOND);
  t.ok(isDigitalSilence(sound));
  sound[SECOND - 1] = 1;
  t.notOk(isDigitalSilence(sound));
  t.end();
});

test('a WAV can be read while it is being written, and after its writer died', async (t) => {
  const path = join(await temporaryDirectory(t), 'zone.wav');
  const writer = openWav(path);
  t.equal((await readWav(path)).sound.length, 0);
  const sound = speechLike(1_000);
  writer.append(sound);
  writer.flush();
  writer.append(sound);
  t.same((await readWav(path)).sound, sound);
  writer.close();
  t.equal((await readWav(path)).sound.length, 2_000);
  t.same(await decodeProgramme(path), (await readWav(path)).sound, 'ffmpeg reads it alike');
  await truncate(path, 44 + 501);
  t.equal((await readWav(path)).sound.length, 250);
});

test('what is no 16-bit mono WAV is refused by name', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'other.wav');
  await writeFile(path, 'not sound at all');
  await t.rejects(readWav(path), /other\.wav is not a WAV/);
});

test('ffmpeg decodes Opus in Ogg as the programme that went in', async (t) => {
  const directory = await temporaryDirectory(t);
  const programme = speechLike(3 * SECOND, 5);
  await writeFile(join(directory, 'in.raw'), bytesOf(programme));
  const opus = join(directory, 'out.opus');
  await promisify(execFile)('ffmpeg', [
    ...['-v', 'error', '-f', 's16le', '-ar', '48000', '-ac', '1', '-i', join(directory, 'in.raw')],
    ...['-c:a', 'libopus', '-b:a', '64k', opus],
  ]);
  const decoded = await decodeProgramme(opus);
  t.ok(correlate(decoded, programme).coefficient > 0.9);
});
