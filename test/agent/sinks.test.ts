import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { bytesOfMs } from '../../agent/audio/format.ts';
import { AlsaSink } from '../../agent/audio/sinks/alsa.ts';
import type { Sink } from '../../agent/audio/sinks/port.ts';
import { WavSink } from '../../agent/audio/sinks/wav.ts';
import { type Clock, systemClock } from '../../agent/clock/clock.ts';
import { silentLog } from '../../agent/log.ts';
import { startLoudspeaker } from '../../simulator/loudspeaker/loudspeaker.ts';
import { until } from '../support/until.ts';

interface Bench {
  readonly sink: Sink;
  /** Whether it has what was written last, or plays it. */
  began(): Promise<boolean>;
  /** The sound of every stream so far, in order, as one. */
  heard(): Promise<Int16Array>;
}

/** More than a busy machine lets pass before a stream is stopped that has just begun. */
const LONG_MS = 4_000;

/** A sound in which every sample tells where it belongs. */
function ramp(ms: number, from = 1): Buffer {
  const pcm = Buffer.alloc(bytesOfMs(ms));
  for (let at = 0; at < pcm.byteLength / 2; at++) pcm.writeInt16LE(((at + from) % 30_000) + 1, at * 2);
  return pcm;
}

const withoutSilence = (pcm: Int16Array): Int16Array => pcm.filter((sample) => sample !== 0);
const samples = (...pcm: Buffer[]): number[] => {
  const all = Buffer.concat(pcm);
  return Array.from({ length: all.byteLength / 2 }, (_, at) => all.readInt16LE(at * 2));
};

async function wav(t: Test): Promise<Bench> {
  const directory = join(t.testdir({}), 'recordings');
  return {
    sink: new WavSink({ directory, clock: systemClock }),
    async began() {
      const files = await Promise.all((await readdir(directory)).map((file) => stat(join(directory, file))));
      return files.some(({ size }) => size === 44 + bytesOfMs(LONG_MS));
    },
    async heard() {
      const files = (await readdir(directory)).sort();
      const all = await Promise.all(files.map((file) => readFile(join(directory, file))));
      const sound = Buffer.concat(
        all.map((file) => {
          t.equal(file.readUInt32LE(40), file.byteLength - 44, 'the header says how long it is');
          return file.subarray(44);
        }),
      );
      return Int16Array.from(samples(sound));
    },
  };
}

async function alsa(t: Test): Promise<Bench> {
  const directory = t.testdir({});
  const runtime = await mkdtemp(join(tmpdir(), 'loa-sink-'));
  t.teardown(() => rm(runtime, { recursive: true, force: true }));
  const loudspeaker = await startLoudspeaker({ directory, runtime, zones: ['thon-1'] });
  t.teardown(() => loudspeaker.close());
  loudspeaker.change({ closed: [true], amplifierOn: true, muted: false, level: 100 });
  const player = [loudspeaker.player.path];
  const sink = new AlsaSink({ player, device: 'default', clock: systemClock, log: silentLog, onFault: () => {} });
  t.teardown(() => sink.close());
  const recorded = async () => {
    loudspeaker.flush();
    const file = await readFile(loudspeaker.wavOf('thon-1'));
    return Int16Array.from(samples(file.subarray(44)));
  };
  /** A player that is gone is noticed a moment later. */
  const isFree = () => {
    const last = loudspeaker.timeline.events.findLast((event) => event.what === 'player' && event.did !== 'refused');
    return last === undefined || (last.what === 'player' && ['drained', 'killed'].includes(last.did));
  };
  return {
    sink,
    began: async () => withoutSilence(await recorded()).length > 0,
    async heard() {
      await until('the card to be free', isFree);
      return recorded();
    },
  };
}

for (const [name, start] of [
  ['wav', wav],
  ['alsa', alsa],
] as const) {
  test(`sink ${name}`, async (t) => {
    await t.test('plays all of it, in order, and drains', async (t) => {
      const { sink, heard } = await start(t);
      t.equal(sink.name, name);
      const stream = await sink.open();
      const [first, second] = [ramp(200), ramp(300, 9_601)];
      await stream.write(first);
      await stream.write(second);
      await stream.drain();
      t.same([...withoutSilence(await heard())], samples(first, second));
      t.equal(sink.fault, undefined);
    });

    await t.test('falls silent at once, and plays again', async (t) => {
      const { sink, began, heard } = await start(t);
      const stream = await sink.open();
      const written = stream.write(ramp(LONG_MS)).catch(() => {});
      await until('it to begin', began);
      await stream.stop();
      await stream.stop();
      const before = withoutSilence(await heard()).length;
      t.ok(before < 48 * LONG_MS, `${before} samples before it stopped`);
      await written;
      const next = await sink.open();
      const pcm = ramp(100, 20_001);
      await next.write(pcm);
      await next.drain();
      t.same([...withoutSilence(await heard())].slice(before), samples(pcm), 'and nothing of what was dropped');
    });

    await t.test('a stream that is given up before its first byte harms nothing', async (t) => {
      const { sink, heard } = await start(t);
      for (let round = 0; round < 3; round++) await (await sink.open()).stop();
      const stream = await sink.open();
      await stream.write(ramp(100));
      await stream.drain();
      t.equal(withoutSilence(await heard()).length, 4_800);
    });
  });
}

test('sink wav: a folder that cannot be written is a sound card that failed', async (t) => {
  const file = join(t.testdir({ file: 'not a folder' }), 'file');
  const sink = new WavSink({ directory: file, clock: systemClock });
  await t.rejects(sink.open(), { code: 'sound-card-failed' });
});

test('sink alsa: what players do wrong', async (t) => {
  const withPlayer = async (t: Test, script: string, clock: Clock = systemClock) => {
    const path = join(t.testdir({}), 'player');
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const faults: (string | undefined)[] = [];
    const sink = new AlsaSink({
      ...{ player: [path], device: 'default', clock, log: silentLog },
      onFault: (fault) => faults.push(fault),
    });
    t.teardown(() => sink.close());
    return { sink, faults };
  };

  await t.test('one that cannot open the card is tried again, but not for ever', async (t) => {
    // It would be believed after 150 ms, and a busy machine may take longer to end it.
    const after: Clock['after'] = (ms, act) => (ms === 150 ? () => {} : systemClock.after(ms, act));
    const script = `echo 'audio open error: Device or resource busy' >&2; exit 1`;
    const { sink, faults } = await withPlayer(t, script, { ...systemClock, after });
    await t.rejects(sink.open(), { code: 'sound-card-failed', detail: /busy/ });
    t.match(sink.fault, /busy/);
    t.match(faults, [/busy/]);
  });

  await t.test('one that is not there', async (t) => {
    const sink = new AlsaSink({
      ...{ player: ['/nowhere/aplay'], device: 'default', clock: systemClock, log: silentLog, onFault: () => {} },
    });
    t.teardown(() => sink.close());
    await t.rejects(sink.open(), { code: 'sound-card-failed', detail: /ENOENT/ });
  });

  await t.test('one that dies while it plays: the fault stands until one has played to its end', async (t) => {
    const marker = join(t.testdir({}), 'well');
    const { sink, faults } = await withPlayer(
      t,
      `[ -e '${marker}' ] && exec cat >/dev/null; head -c 1000 >/dev/null; echo 'card is gone' >&2; exit 1`,
    );
    const stream = await sink.open();
    await t.rejects(
      async () => {
        for (;;) await stream.write(ramp(100));
      },
      { code: 'sound-card-failed' },
    );
    await stream.stop('it takes no more sound');
    t.equal(sink.fault, 'it takes no more sound');
    await writeFile(marker, '');
    const second = await sink.open();
    await second.stop();
    const third = await sink.open();
    await third.write(ramp(100));
    await third.drain();
    t.equal(sink.fault, undefined);
    t.equal(faults.at(-1), undefined);
  });

  await t.test('one that ends badly after the last byte has not played it', async (t) => {
    const { sink } = await withPlayer(t, `cat >/dev/null; echo 'underrun at the end' >&2; exit 1`);
    const stream = await sink.open();
    await stream.write(ramp(100));
    await t.rejects(stream.drain(), { code: 'sound-card-failed', detail: /underrun/ });
    await stream.stop();
    t.match(sink.fault, /underrun/, 'stopping it afterwards does not make it well');
  });

  await t.test('a wrapper whose own child holds its pipes is not waited for', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'loa-sink-'));
    t.teardown(() => rm(folder, { recursive: true }));
    const orphans = join(folder, 'orphans');
    const { sink } = await withPlayer(t, `sleep 20 & echo $! >> '${orphans}'; wait`);
    const stream = await sink.open();
    await stream.write(ramp(100));
    await until('the orphan', () => readFile(orphans, 'utf8').catch(() => undefined));
    await stream.stop();
    await sink.close();
    for (const pid of (await readFile(orphans, 'utf8')).split('\n').filter(Boolean)) process.kill(Number(pid));
    t.pass('it is over');
  });
});
