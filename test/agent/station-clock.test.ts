import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { StationClock } from '../../agent/clock/station-clock.ts';
import { timesyncd } from '../../agent/clock/synchronisation.ts';
import { silentLog } from '../../agent/log.ts';
import { ManualClock } from '../support/manual-clock.ts';

const START = Date.parse('2026-11-20T08:00:00.000Z');
const HOUR = 3_600_000;

function setUp(wall = START) {
  const clock = new ManualClock(wall);
  const system: { word: string | undefined } = { word: undefined };
  const stationClock = new StationClock({ clock, log: silentLog, synchronisation: async () => system.word });
  let changes = 0;
  stationClock.onChange(() => {
    changes += 1;
  });
  /** Of the station's time from the true one, which started with the test. */
  const error = () => stationClock.now() - (START + clock.monotonic());
  return { clock, system, stationClock, error, changes: () => changes };
}

test('[P-85] a synchronised system, or an answer of the centre, makes it trusted', async (t) => {
  const { clock, system, stationClock, changes } = setUp(0);
  t.equal(stationClock.trusted, false);
  t.equal(stationClock.now(), 0, 'until then it says what the system says');
  t.ok(stationClock.asks);
  t.match(stationClock.doubt, /not known/);
  t.equal(stationClock.believe(START, 200.7), 'believed');
  t.equal(stationClock.trusted, true);
  t.equal(stationClock.instant(), '2026-11-20T08:00:00.100Z');
  t.equal(changes(), 1);
  t.notOk(stationClock.asks);
  await clock.advance(HOUR + 1);
  t.ok(stationClock.asks, 'again after an hour, while the system is not synchronised');

  const other = setUp();
  other.system.word = 'first';
  await other.stationClock.look();
  t.equal(other.stationClock.trusted, true);
  t.equal(other.error(), 0);
  system.word = undefined;
});

test('the system that is synchronised only later is right, and not as far off as it was corrected before', async (t) => {
  const { clock, system, stationClock, error } = setUp(0);
  stationClock.believe(START, 0);
  await clock.advance(60_000);
  clock.stepWall(START + clock.monotonic() + 300);
  system.word = 'first';
  await stationClock.look();
  t.equal(error(), 300, 'a better clock by a little');
  t.notOk(stationClock.doubt);
});

test('[P-86] who sets the clock of a synchronised system moves nothing, until it is synchronised anew', async (t) => {
  for (const step of [HOUR, -HOUR, 24 * HOUR, -24 * HOUR]) {
    const { clock, system, stationClock, error, changes } = setUp();
    system.word = 'first';
    await stationClock.look();
    clock.stepWall(clock.now() + step);
    t.equal(error(), 0, 'before anybody looks');
    await stationClock.look();
    t.equal(error(), 0);
    t.match(stationClock.doubt, /was set by/);
    t.ok(stationClock.asks, 'the centre is asked');
    t.equal(changes(), 2);
    t.equal(stationClock.believe(START + clock.monotonic(), 0), 'believed');
    t.match(stationClock.doubt, /was set by/, 'the centre says that the station is right: the system still is not');
    await stationClock.look();
    t.equal(error(), 0);
    system.word = 'second';
    await stationClock.look();
    t.equal(error(), step, 'now it is its synchronised time');
    t.ok(stationClock.asks, 'and the centre is asked what it says to that');
    t.equal(stationClock.believe(START + clock.monotonic(), 0), 'contradicted');
    t.equal(error(), step);
    t.match(stationClock.doubt, /centre's clock differs/);
  }
});

test('a clock that was set wrong and back leaves no doubt, and what the centre says resolves it', async (t) => {
  const back = setUp();
  back.system.word = 'first';
  await back.stationClock.look();
  back.clock.stepWall(back.clock.now() + HOUR);
  await back.stationClock.look();
  back.clock.stepWall(back.clock.now() - HOUR);
  await back.stationClock.look();
  t.equal(back.stationClock.doubt, undefined);
  t.equal(back.error(), 0);

  // As after a suspension: the monotonic clock stood still.
  const slept = setUp();
  slept.system.word = 'first';
  await slept.stationClock.look();
  slept.clock.stepWall(slept.clock.now() + 8 * HOUR);
  await slept.stationClock.look();
  t.equal(slept.stationClock.believe(START + 8 * HOUR, 100), 'believed');
  t.equal(slept.error(), 8 * HOUR);
  t.equal(slept.stationClock.doubt, undefined);
});

test('[P-87] an answer that contradicts what is held is believed when a second one agrees', async (t) => {
  for (const step of [HOUR, -HOUR]) {
    const { clock, stationClock, error } = setUp();
    stationClock.believe(START, 0);
    await clock.advance(10_000);
    t.equal(stationClock.believe(START + 10_000 + step, 0), 'ask-again');
    t.equal(error(), 0);
    await clock.advance(1_000);
    t.equal(stationClock.believe(START + 11_000, 0), 'believed', 'it was a mistake');
    t.equal(stationClock.believe(START + 11_000 + step, 0), 'ask-again');
    await clock.advance(1_000);
    t.equal(stationClock.believe(START + 12_000 + step, 0), 'believed');
    t.equal(error(), step);
  }
});

test('[P-85] trust is not lost when the system or the centre falls silent, but said to be old', async (t) => {
  const { clock, system, stationClock, error } = setUp();
  system.word = 'first';
  await stationClock.look();
  system.word = undefined;
  await stationClock.look();
  clock.stepWall(0);
  await stationClock.look();
  t.ok(stationClock.trusted);
  t.equal(error(), 0);
  t.equal(stationClock.doubt, undefined);
  await clock.advance(25 * HOUR);
  t.ok(stationClock.trusted);
  t.match(stationClock.doubt, /not compared/);
});

test('[P-87] a small correction backward lets time stand still; it never goes back for it', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ passMs: fc.nat(20_000), offMs: fc.integer({ min: -4_000, max: 4_000 }) })),
      (answers) => {
        const { clock, stationClock } = setUp();
        stationClock.believe(START, 0);
        let last = stationClock.now();
        for (const { passMs, offMs } of answers) {
          clock.pass(passMs);
          const within = stationClock.now() + offMs;
          if (stationClock.believe(within, 0) !== 'believed') return false;
          if (stationClock.now() < last) return false;
          last = stationClock.now();
          clock.pass(4_000);
          if (Math.abs(stationClock.now() - (within + 4_000)) > 1) return false;
          last = stationClock.now();
        }
        return true;
      },
    ),
  );
  t.end();
});

test('an answer is no better than half of what it took', (t) => {
  const { stationClock, error } = setUp();
  stationClock.believe(START, 0);
  stationClock.believe(START + 1_000 - 2_000, 4_000);
  t.equal(error(), 0, 'nothing says that it was wrong');
  stationClock.believe(START + 3_000 - 1_000, 2_000);
  t.equal(error(), 3_000);
  t.end();
});

test('timesyncd says by its mark when it synchronised last', async (t) => {
  const folder = t.testdir();
  const mark = join(folder, 'timesync', 'synchronized');
  t.equal(await timesyncd(mark), undefined);
  await mkdir(join(folder, 'timesync'));
  await writeFile(mark, '');
  const first = await timesyncd(mark);
  t.type(first, 'string');
  t.equal(await timesyncd(mark), first);
  await utimes(mark, 1_000, 1_000);
  t.not(await timesyncd(mark), first);
});
