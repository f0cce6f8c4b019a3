import { test } from 'tap';
import { bytesOfMs } from '../../agent/audio/format.ts';
import { applyGain, factorOf } from '../../agent/audio/gain.ts';
import { Meter } from '../../agent/audio/meter.ts';
import { LEAD_MS, type Played, type Playing, play, UNSURE_MS } from '../../agent/audio/player.ts';
import type { Stretch } from '../../agent/audio/programme.ts';
import type { SoundStream } from '../../agent/audio/sinks/port.ts';
import { Refusal } from '../../protocol/refusal.ts';
import { ManualClock, turn } from '../support/manual-clock.ts';

/** A sink that does what a test tells it. */
class PuppetStream implements SoundStream {
  written = 0;
  drained = false;
  stopped: (string | undefined)[] = [];
  onWrite: () => Promise<void> = async () => {};
  onDrain: () => Promise<void> = async () => {};

  async write(pcm: Buffer): Promise<void> {
    await this.onWrite();
    this.written += pcm.byteLength;
  }
  async drain(): Promise<void> {
    await this.onDrain();
    this.drained = true;
  }
  async stop(fault?: string): Promise<void> {
    this.stopped.push(fault);
  }
}

async function* stretches(...list: Stretch[]): AsyncGenerator<Stretch> {
  yield* list;
}

const sound = (ms: number, counts = true): Stretch => ({ pcm: Buffer.alloc(bytesOfMs(ms), 1), counts });
const never = new Promise<void>(() => {});

function begin(changes: Partial<Playing> = {}) {
  const clock = new ManualClock();
  const stream = new PuppetStream();
  const abort = new AbortController();
  const result: { played?: Played; firstSounds: number } = { firstSounds: 0 };
  const playing: Playing = {
    stretches: stretches(sound(2_000)),
    stream,
    factor: 1,
    meter: new Meter(),
    clock,
    signal: abort.signal,
    ...{ fade: new AbortController().signal },
    onProgress: async () => {},
    onFirstSound: () => {
      result.firstSounds += 1;
    },
    ...changes,
  };
  const done = play(playing).then((played) => {
    result.played = played;
  });
  return { clock, stream, abort, result, done, playing };
}

const ms = (played: Played | undefined) => (played?.samples ?? Number.NaN) / 48;

test('everything is counted when it was drained, and only what belongs to the programme', async (t) => {
  const list = stretches(sound(500, false), sound(1_000), sound(500, false), sound(1_000));
  const { clock, stream, result, done } = begin({ stretches: list });
  await clock.advance(4_000);
  await done;
  t.equal(result.played?.whole, true);
  t.equal(ms(result.played), 2_000);
  t.equal(result.firstSounds, 1);
  t.same(stream.stopped, []);
});

test('never further ahead than the lead', async (t) => {
  const { clock, stream, done } = begin();
  for (let now = 0; now <= 1_500; now += 50) {
    t.ok(stream.written <= bytesOfMs(now + LEAD_MS + 100), `${stream.written} bytes by ${now} ms`);
    await clock.advance(50);
  }
  await clock.advance(5_000);
  await done;
});

test('what is in its last moment is let finish: whether it was heard in full could not be told', async (t) => {
  const { clock, stream, abort, result, done } = begin();
  let drained = () => {};
  stream.onDrain = () =>
    new Promise((resolve) => {
      drained = resolve;
    });
  await clock.advance(1_850);
  abort.abort();
  await turn();
  t.same(stream.stopped, []);
  drained();
  await done;
  t.match(result.played, { whole: true });
  t.equal(ms(result.played), 2_000);

  const earlier = begin();
  earlier.stream.onDrain = () => never;
  await earlier.clock.advance(1_600);
  earlier.abort.abort();
  await earlier.done;
  t.ok(ms(earlier.result.played) < 1_700, 'with more than that left it falls silent at once');
  t.equal(earlier.result.played?.perhapsWhole, true, 'but perhaps too late');
  const midway = begin();
  await midway.clock.advance(1_200);
  midway.abort.abort();
  await midway.clock.advance(0);
  await midway.done;
  t.equal(midway.result.played?.perhapsWhole, undefined);

  const hanging = begin();
  hanging.stream.onDrain = () => never;
  await hanging.clock.advance(1_850);
  hanging.abort.abort();
  await hanging.clock.advance(500);
  await hanging.done;
  t.equal(hanging.stream.stopped.length, 1, 'and a sink that hangs is not waited for');
});

test('what was not heard when it was stopped does not count', async (t) => {
  const { clock, stream, abort, result, done } = begin();
  await clock.advance(1_000);
  abort.abort();
  await clock.advance(0);
  await done;
  t.equal(result.played?.whole, false);
  t.ok(ms(result.played) <= 1_000 - UNSURE_MS, `${ms(result.played)} ms after 1000 ms`);
  t.ok(ms(result.played) >= 900 - UNSURE_MS);
  t.same(stream.stopped, [undefined]);
});

test('a sink that has fallen behind unseen has played at least what is told, while it plays and when it is stopped', async (t) => {
  // [P-96] What was seen on an overloaded machine: bytes taken, and heard a quarter of a second later.
  const behindMs = 237;
  const told: { at: number; heardMs: number }[] = [];
  const clock = new ManualClock();
  const { abort, result, done } = begin({
    clock,
    onProgress: async (_, heard) => void told.push({ at: clock.monotonic(), heardMs: heard / 48 }),
  });
  const from = clock.monotonic();
  await clock.advance(1_200);
  abort.abort();
  await clock.advance(0);
  await done;
  for (const { at, heardMs } of told)
    t.ok(heardMs <= Math.max(0, at - from - behindMs), `${heardMs} ms at ${at - from}`);
  t.ok(ms(result.played) <= 1_200 - behindMs, `${ms(result.played)} ms`);
});

test('what faded out and was drained was heard to its last sample', async (t) => {
  const fade = new AbortController();
  const { clock, stream, result, done } = begin({ fade: fade.signal });
  await clock.advance(1_000);
  fade.abort();
  await clock.advance(2_000);
  await done;
  t.equal(result.played?.whole, false);
  t.equal(ms(result.played), stream.written / 96);
});

test('a programme that came too late is not counted as heard on time', async (t) => {
  const clock = new ManualClock();
  let more: () => void = () => {};
  const wait = new Promise<void>((resolve) => {
    more = resolve;
  });
  async function* hesitating() {
    yield sound(500);
    await wait;
    yield sound(1_500);
  }
  const { abort, result, done } = begin({ clock, stretches: hesitating() });
  await clock.advance(3_000);
  more();
  await clock.advance(100);
  abort.abort();
  await clock.advance(0);
  await done;
  t.ok(ms(result.played) <= 600, `${ms(result.played)} ms: 500 before the gap, 100 after it`);
});

test('a sink that takes nothing for longer than a lease may last is a failure', async (t) => {
  const { clock, stream, result, done } = begin();
  await clock.advance(500);
  stream.onWrite = () => never;
  await clock.advance(3_000);
  await done;
  t.match(result.played?.failure, { code: 'sound-card-failed' });
  t.equal(result.played?.whole, false);
  t.ok(ms(result.played) > 0 && ms(result.played) <= 600 + LEAD_MS, 'what was heard before that is told');
  t.equal(stream.stopped.length, 1);
  t.type(stream.stopped[0], 'string', 'the sink is told that it is to blame');
});

test('a sink that never finishes, and one that fails to', async (t) => {
  for (const onDrain of [() => never, () => Promise.reject(new Refusal('sound-card-failed', 'underrun'))]) {
    const { clock, stream, result, done } = begin();
    stream.onDrain = onDrain;
    await clock.advance(20_000);
    await done;
    t.match(result.played, { whole: false, failure: { code: 'sound-card-failed' } });
    t.equal(stream.stopped.length, 1);
  }
});

test('stopped while it drains', async (t) => {
  const { clock, stream, abort, result, done } = begin();
  stream.onDrain = () => never;
  await clock.advance(1_700);
  abort.abort();
  await clock.advance(0);
  await done;
  t.equal(result.played?.whole, false);
  t.ok(ms(result.played) <= 1_700);
  t.equal(stream.stopped.length, 1);
});

test('what fails while it plays is told with what was heard', async (t) => {
  const failure = new Refusal('controller-unreachable');
  let calls = 0;
  const { clock, stream, result, done } = begin({
    onProgress: async () => {
      calls += 1;
      if (calls > 15) throw failure;
    },
  });
  await clock.advance(3_000);
  await done;
  t.equal(result.played?.failure, failure);
  t.ok(ms(result.played) > 400 && ms(result.played) < 1_200, `${ms(result.played)} ms`);
  t.same(stream.stopped, [undefined], 'the sink is not to blame');
});

test('stopped before it began: nothing is written', async (t) => {
  const abort = new AbortController();
  abort.abort();
  const { clock, stream, result, done } = begin({ signal: abort.signal });
  await turn();
  await clock.advance(10);
  await done;
  t.same([result.played?.samples, result.played?.whole, stream.written, result.firstSounds], [0, false, 0, 0]);
});

test('volume: 100 % is untouched, 50 % is -12 dB, 0 % is silence, and the meter measures what goes out', async (t) => {
  t.same([factorOf(100), factorOf(50), factorOf(0), factorOf(250), factorOf(-5)], [1, 0.25, 0, 1, 0]);
  const loud = Buffer.from(Int16Array.from([32_767, -32_768, 1_000]).buffer);
  t.equal(applyGain(loud, 1), loud);
  const meter = new Meter();
  const { clock, done } = begin({
    meter,
    factor: 0,
    stretches: stretches({ pcm: Buffer.alloc(bytesOfMs(200), 0x40), counts: true }),
  });
  await clock.advance(1_000);
  await done;
  t.same([meter.rmsDb, meter.peakDb, meter.silentMs], [-120, -120, 200]);
});

test('the meter', (t) => {
  const meter = new Meter();
  t.same([meter.rmsDb, meter.peakDb, meter.silentMs], [-120, -120, 0], 'of nothing');
  const square = Int16Array.from({ length: 48_000 }, (_, at) => (at % 2 ? 16_384 : -16_384));
  meter.add(Buffer.from(square.buffer));
  t.same([meter.rmsDb, meter.peakDb], [-6, -6]);
  meter.add(Buffer.alloc(bytesOfMs(250)));
  t.equal(meter.silentMs, 250);
  t.end();
});
