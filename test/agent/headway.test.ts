import { type Test, test } from 'tap';
import type { BookedAiring } from '../../agent/book/booking.ts';
import { Journal } from '../../agent/book/journal.ts';
import { type AiringRecord, airingKey } from '../../agent/book/records.ts';
import { Stage } from '../../agent/due/stage.ts';
import { silentLog } from '../../agent/log.ts';
import { Headway } from '../../agent/service/headway.ts';
import { feedWatchdog } from '../../agent/service/watchdog.ts';
import { Refusal } from '../../protocol/refusal.ts';
import type { Report } from '../../protocol/report.ts';
import { anOrder, aReport } from '../support/examples.ts';
import { ManualClock, turn } from '../support/manual-clock.ts';
import { trustedClock, untrustedClock } from '../support/station-clocks.ts';

const { station, at, software } = aReport();
const never = new AbortController().signal;
const hanging = (): Promise<never> => new Promise(() => {});

/** Real journal and stage, with the parts that can hang in the test's hands. */
async function begin(t: Test, { trusted = true } = {}) {
  const clock = new ManualClock();
  const journal = await Journal.open({
    directory: t.testdir(),
    log: silentLog,
    stamp: (draft, number): Report => ({ ...draft, ...number, station, at, clock: 'trusted', software }),
  });
  t.teardown(() => journal.close());
  const inQuestion = new Set<string>();
  const stage = new Stage((id) => inQuestion.has(id));
  const prepared = new Map<string, BookedAiring>();
  const parts = { readBack: async () => [] as readonly never[], commit: journal.commit.bind(journal) };
  const link = { up: true, triedAt: 0 };
  const headway = new Headway({
    journal: { airings: journal.airings, onFailure: () => {}, commit: (decide) => parts.commit(decide) },
    stage,
    preparation: { prepared },
    hardware: { zones: { readBack: () => parts.readBack() } as never },
    link,
    stationClock: trusted ? trustedClock(clock) : untrustedClock(clock),
    clock,
  });
  const order = anOrder({ priority: 'routine' });
  const key = airingKey({ order, occurrence: 'now' });
  const note = async (state: AiringRecord['state'], samples = 0) => {
    const record: AiringRecord = { order, occurrence: 'now', zones: ['thon-1'], state, samples };
    await journal.commit(() => ({ airings: [record] }));
  };
  const look = async (): Promise<string | undefined> => {
    let found: { what: string | undefined } | undefined;
    void headway.look().then((what) => {
      found = { what };
    });
    for (let turns = 0; found === undefined && turns < 200; turns++) {
      await turn();
      if (turns > 50) await clock.advance(1_000);
    }
    if (found === undefined) throw new Error('no answer');
    return found.what;
  };
  /** Looked at after half a minute, too: only what does not move until then stands still. */
  const later = async (): Promise<string | undefined> => {
    await look();
    clock.pass(31_000);
    return look();
  };
  const claim = { order: order.id, key, priority: order.priority, issuedAt: order.issuedAt };
  const prepare = (changes: Partial<BookedAiring> = {}) =>
    prepared.set(key, { key, order, occurrence: 'now', zones: [], state: 'ready', samples: 0, ...changes });
  return { clock, journal, stage, inQuestion, parts, link, headway, note, look, later, claim, prepare, key };
}

test('[P-115] what stands still is told, what a restart cannot mend is not', async (t) => {
  await t.test('an idle station', async (t) => {
    const { later } = await begin(t);
    t.equal(await later(), undefined);
  });

  await t.test('a journal that does not come back from a write', async (t) => {
    const { parts, look } = await begin(t);
    parts.commit = hanging;
    t.equal(await look(), 'the journal does not answer');
  });

  await t.test('a driver that neither answers nor gives up; one that gives up answers', async (t) => {
    const { parts, look } = await begin(t);
    parts.readBack = hanging;
    t.equal(await look(), 'the controller driver does not answer');
    parts.readBack = () => Promise.reject(new Refusal('controller-unreachable', 'unplugged'));
    t.equal(await look(), undefined);
  });

  await t.test('an airing that is on air and does not go on', async (t) => {
    const { stage, claim, note, later, look, clock } = await begin(t);
    await note('airing', 48_000);
    const held = await stage.turn(claim, never);
    t.match(await later(), /is on air and does not go on/);
    await note('airing', 96_000);
    t.equal(await look(), undefined, 'it goes on');
    clock.pass(29_000);
    t.equal(await look(), undefined);
    held?.release();
    t.equal(await later(), undefined);
  });

  await t.test('an airing that is due and does not begin', async (t) => {
    const { note, later, prepare, stage, inQuestion, claim } = await begin(t);
    await note('ready');
    t.equal(await later(), undefined, 'its recording is still being fetched');
    prepare();
    t.match(await later(), /is due and does not begin/);
    stage.stop(true);
    t.equal(await later(), undefined, 'the local stop holds it');
    stage.stop(false);
    inQuestion.add(claim.order);
    t.equal(await later(), undefined, 'its key was revoked, and nobody has vouched for it');
    inQuestion.clear();
    prepare({ occurrence: '2026-11-20T09:00:00.000Z' });
    t.equal(await later(), undefined, 'it is not due yet');
    prepare();
    await note('airing');
    t.equal(await later(), undefined, 'it rests between two repetitions');
    await note('aired');
    t.equal(await later(), undefined, 'it is over');
  });

  await t.test('without trusted time only an emergency is due', async (t) => {
    const { note, later, prepare } = await begin(t, { trusted: false });
    await note('ready');
    prepare();
    t.equal(await later(), undefined);
    prepare({ order: anOrder({ priority: 'emergency' }) });
    t.match(await later(), /is due and does not begin/);
  });

  await t.test('a link that nobody tries again', async (t) => {
    const { clock, link, later, look } = await begin(t);
    link.up = false;
    clock.pass(170_000);
    t.equal(await look(), undefined);
    t.match(await later().then(later), /the link is not tried again/);
    link.triedAt = clock.monotonic();
    t.equal(await look(), undefined);
  });
});

test('[P-115] the watchdog is fed while the story goes on, and not by a mere timer', async (t) => {
  const { clock, parts, headway } = await begin(t);
  const closing = new AbortController();
  const said: string[] = [];
  const logged: unknown[] = [];
  const done = feedWatchdog({
    notify: async (...words) => void said.push(...words),
    everyMs: 15_000,
    look: () => headway.look(),
    clock,
    log: (_, event, fields) => void logged.push([event, fields]),
    signal: closing.signal,
  });
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      for (let turns = 0; turns < 5; turns++) await turn();
      await clock.advance(1_000);
    }
  };
  await pass(61);
  t.same(said, Array(5).fill('WATCHDOG=1'));
  parts.commit = hanging;
  await pass(90);
  t.equal(said.length, 5, 'time alone does not feed it');
  t.match(logged, [['standstill', { what: 'the journal does not answer' }]]);
  parts.commit = async () => false;
  await pass(30);
  t.ok(said.length > 5, 'the card was only slow');
  closing.abort();
  await done;
});
