import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { correlate } from '../../simulator/hearing/correlate.ts';
import { segmentsOf } from '../../simulator/hearing/segments.ts';
import { isDigitalSilence } from '../../simulator/hearing/silence.ts';
import { withoutUnderruns } from '../../simulator/hearing/underruns.ts';
import { readWav } from '../../simulator/hearing/wav.ts';
import { startLoudspeaker, type VirtualLoudspeaker } from '../../simulator/loudspeaker/loudspeaker.ts';
import { bytesOf, speechLike, startPlayer, temporaryDirectory, until } from './helpers.ts';

const ON = { amplifierOn: true, muted: false, level: 100 };

async function start(t: Test): Promise<VirtualLoudspeaker> {
  const directory = await temporaryDirectory(t);
  const loudspeaker = await startLoudspeaker({ directory, runtime: directory, zones: ['thon-1', 'thon-2'] });
  t.teardown(() => loudspeaker.close());
  return loudspeaker;
}

const did = (loudspeaker: VirtualLoudspeaker): string[] =>
  loudspeaker.timeline.events.flatMap((event) => (event.what === 'player' ? [event.did] : []));

test('a zone hears exactly what is played while its relay is closed, the others hear nothing', async (t) => {
  const loudspeaker = await start(t);
  const programme = speechLike(48_000);
  loudspeaker.change({ ...ON, closed: [true, false] }, 'order');
  const player = startPlayer(t, loudspeaker.player.path);
  player.stdin?.end(bytesOf(programme));
  const [code] = await once(player, 'exit');
  t.equal(code, 0, 'the player ends well once everything was played');
  loudspeaker.change({ ...ON, closed: [false, false] });
  loudspeaker.flush();

  const heard = await readWav(loudspeaker.wavOf('thon-1'));
  const other = await readWav(loudspeaker.wavOf('thon-2'));
  t.equal(heard.rate, 48_000);
  const { events } = loudspeaker.timeline;
  t.ok(correlate(withoutUnderruns(heard.sound, events), programme).coefficient > 0.9999);
  t.ok(isDigitalSilence(other.sound));
  t.equal(other.sound.length, heard.sound.length, 'all zones share one timeline');
  const [segment, ...more] = segmentsOf(events, 'thon-1');
  t.same(more, []);
  const played = withoutUnderruns(heard.sound.subarray(segment?.from, segment?.to), events, segment?.from);
  t.equal(played.length, programme.length, 'not one sample lost or added');
  // A busy machine may hold the player up, not the card.
  const wentDry = (what: string) => what === 'starved' || what === 'resumed';
  t.same(
    did(loudspeaker).filter((what) => !wentDry(what)),
    ['started', 'drained'],
  );
  const lines = (await readFile(join(loudspeaker.wavOf('thon-1'), '../../timeline.jsonl'), 'utf8')).trim().split('\n');
  t.same(
    lines.map((line) => JSON.parse(line)),
    events,
  );
});

test('a muted or unpowered amplifier, or level zero, is digital silence and -120 dB', async (t) => {
  for (const quiet of [{ muted: true }, { amplifierOn: false }, { level: 0 }]) {
    const loudspeaker = await start(t);
    loudspeaker.change({ ...ON, ...quiet, closed: [true, true] });
    const player = startPlayer(t, loudspeaker.player.path);
    player.stdin?.end(bytesOf(speechLike(9_600)));
    await until(() => did(loudspeaker).includes('drained'));
    t.same(loudspeaker.output(), { rmsDb: -120, peakDb: -120 });
    loudspeaker.flush();
    const { sound } = await readWav(loudspeaker.wavOf('thon-1'));
    t.ok(sound.length >= 9_600);
    t.ok(isDigitalSilence(sound));
  }
});

test('the level scales what is heard and what the amplifier puts out', async (t) => {
  const loudspeaker = await start(t);
  loudspeaker.change({ ...ON, level: 50, closed: [true, false] });
  const player = startPlayer(t, loudspeaker.player.path);
  player.stdin?.end(bytesOf(new Int16Array(24_000).fill(16_384)));
  await until(() => loudspeaker.output().rmsDb > -13);
  t.equal(loudspeaker.output().peakDb, -12.04);
  await until(() => did(loudspeaker).includes('drained'));
  loudspeaker.flush();
  const { sound } = await readWav(loudspeaker.wavOf('thon-1'));
  t.equal(Math.max(...sound), 8_192);
  await until(() => loudspeaker.output().peakDb === -120);
});

test('sound passes at its own pace: a second of it takes a second', async (t) => {
  const loudspeaker = await start(t);
  const player = startPlayer(t, loudspeaker.player.path);
  player.stdin?.end(bytesOf(speechLike(48_000)));
  await once(player, 'exit');
  const [started, drained] = loudspeaker.timeline.events.map((event) => event.ms);
  t.ok((drained ?? 0) - (started ?? 0) >= 999, 'not one millisecond faster than it sounds');
});

test('a relay that closes in the middle hears the rest only, at the right place', async (t) => {
  const loudspeaker = await start(t);
  const programme = speechLike(48_000);
  loudspeaker.change({ ...ON, closed: [true, false] });
  const player = startPlayer(t, loudspeaker.player.path);
  player.stdin?.end(bytesOf(programme));
  await until(() => loudspeaker.output().rmsDb > -60);
  loudspeaker.change({ ...ON, closed: [false, true] });
  await until(() => did(loudspeaker).includes('drained'));
  loudspeaker.flush();
  const first = (await readWav(loudspeaker.wavOf('thon-1'))).sound;
  const second = (await readWav(loudspeaker.wavOf('thon-2'))).sound;
  const [before] = segmentsOf(loudspeaker.timeline.events, 'thon-1');
  const [after] = segmentsOf(loudspeaker.timeline.events, 'thon-2');
  t.equal(before?.to, after?.from, 'to the sample');
  t.ok(isDigitalSilence(first.subarray(before?.to)));
  t.ok(isDigitalSilence(second.subarray(0, after?.from)));
  const both = first.map((value, i) => value + (second[i] ?? 0));
  t.ok(correlate(withoutUnderruns(both, loudspeaker.timeline.events), programme).coefficient > 0.9999);
});

test('the sound that a killed player had handed over is dropped', async (t) => {
  const loudspeaker = await start(t);
  loudspeaker.change({ ...ON, closed: [true, false] });
  const player = startPlayer(t, loudspeaker.player.path);
  player.stdin?.write(bytesOf(speechLike(96_000)));
  await until(() => did(loudspeaker).includes('started'));
  player.kill('SIGKILL');
  await until(() => did(loudspeaker).includes('killed'));
  const [segment] = segmentsOf(loudspeaker.timeline.events, 'thon-1');
  t.ok((segment?.to ?? 0) - (segment?.from ?? 0) < 96_000);
  t.notOk(did(loudspeaker).includes('drained'));

  const next = startPlayer(t, loudspeaker.player.path);
  next.stdin?.end(bytesOf(speechLike(4_800)));
  const [code] = await once(next, 'exit');
  t.equal(code, 0, 'the card is free for the next player');
});

test('a killed player that was waiting for room in the card is noticed too', async (t) => {
  const loudspeaker = await start(t);
  const player = startPlayer(t, loudspeaker.player.path);
  player.stdin?.write(bytesOf(speechLike(480_000)));
  await until(() => did(loudspeaker).includes('started'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  player.kill('SIGKILL');
  await until(() => did(loudspeaker).includes('killed'));
  t.same(did(loudspeaker), ['started', 'killed']);
});

test('a second player is told that the card is busy', async (t) => {
  const loudspeaker = await start(t);
  const first = startPlayer(t, loudspeaker.player.path);
  first.stdin?.write(bytesOf(speechLike(9_600)));
  await until(() => did(loudspeaker).includes('started'));
  const second = startPlayer(t, loudspeaker.player.path);
  let complaint = '';
  second.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const [code] = await once(second, 'close');
  t.equal(code, 1);
  t.match(complaint, 'Device or resource busy');

  const rude = connect(join(loudspeaker.wavOf('thon-1'), '../../sound-card.sock'));
  rude.on('error', () => {});
  rude.write('x');
  await new Promise((resolve) => rude.once('close', resolve));
  t.ok(did(loudspeaker).includes('refused'), 'also one that goes past the program');
  first.stdin?.end();
  t.same(await once(first, 'exit'), [0, null], 'the first is not disturbed');

  await loudspeaker.player.setBusy(true);
  t.same(await once(startPlayer(t, loudspeaker.player.path), 'exit'), [1, null]);
  await loudspeaker.player.setBusy(false);
});

test('ffmpeg straight into the player is heard as ffmpeg decoded it', async (t) => {
  const loudspeaker = await start(t);
  const directory = await temporaryDirectory(t);
  const source = speechLike(48_000, 7);
  const raw = join(directory, 'source.raw');
  await writeFile(raw, bytesOf(source));
  loudspeaker.change({ ...ON, closed: [false, true] });
  const player = startPlayer(t, loudspeaker.player.path);
  const format = ['-f', 's16le', '-ar', '48000', '-ac', '1'];
  const decoder = spawn('ffmpeg', ['-v', 'error', '-nostdin', ...format, '-i', raw, ...format, 'pipe:1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => decoder.kill('SIGKILL'));
  if (player.stdin) decoder.stdout.pipe(player.stdin);
  t.same(await once(player, 'exit'), [0, null]);
  loudspeaker.flush();
  const { sound } = await readWav(loudspeaker.wavOf('thon-2'));
  t.ok(correlate(withoutUnderruns(sound, loudspeaker.timeline.events), source).coefficient > 0.95);
});

test('a simulator that is held up for a while loses nothing of what was written in time', async (t) => {
  const loudspeaker = await start(t);
  const programme = speechLike(3 * 48_000, 8);
  loudspeaker.change({ ...ON, closed: [false, true] });
  const player = startPlayer(t, loudspeaker.player.path);
  player.stdin?.end(bytesOf(programme));
  await until(() => did(loudspeaker).includes('started'));
  for (let i = 0; i < 2; i++) {
    // Longer than the card buffers: what waits for it in the socket is read only after this.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
    await setImmediate();
  }
  t.same(await once(player, 'exit'), [0, null]);
  loudspeaker.flush();
  const { sound } = await readWav(loudspeaker.wavOf('thon-2'));
  t.ok(correlate(sound, programme).coefficient > 0.9999);
  t.notOk(did(loudspeaker).includes('starved'));
});

test('what a player wrote too late is heard later, and the pause is known', async (t) => {
  const loudspeaker = await start(t);
  const programme = speechLike(48_000, 9);
  loudspeaker.change({ ...ON, closed: [false, true] });
  const player = startPlayer(t, loudspeaker.player.path);
  const bytes = bytesOf(programme);
  player.stdin?.write(bytes.subarray(0, 30_000));
  await until(() => did(loudspeaker).includes('starved'));
  const pausedAt = loudspeaker.timeline.events.at(-1)?.sample ?? 0;
  loudspeaker.flush();
  await until(() => {
    loudspeaker.flush();
    return readFileSync(loudspeaker.wavOf('thon-2')).length > 44 + 2 * (pausedAt + 9_600);
  });
  player.stdin?.end(bytes.subarray(30_000));
  t.same(await once(player, 'exit'), [0, null]);
  loudspeaker.flush();
  t.match(did(loudspeaker), ['started', 'starved', 'resumed']);
  const { sound } = await readWav(loudspeaker.wavOf('thon-2'));
  t.ok(correlate(sound, programme).coefficient < 0.95, 'a listener hears the pause');
  const heard = withoutUnderruns(sound, loudspeaker.timeline.events);
  t.ok(correlate(heard, programme).coefficient > 0.9999, 'and everything else as it was ordered');
  const rest = withoutUnderruns(sound.subarray(pausedAt), loudspeaker.timeline.events, pausedAt);
  t.ok(correlate(rest, programme.subarray(15_000)).coefficient > 0.9999);
});

test('nothing is recorded while nobody plays and no relay is closed', async (t) => {
  const loudspeaker = await start(t);
  await new Promise((resolve) => setTimeout(resolve, 50));
  loudspeaker.change({ ...ON, closed: [false, false] });
  loudspeaker.flush();
  t.equal((await readWav(loudspeaker.wavOf('thon-1'))).sound.length, 0);
});
