import { join } from 'node:path';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import type { Journal } from '../../agent/book/journal.ts';
import { silentLog } from '../../agent/log.ts';
import { Recalling } from '../../agent/receive/recall.ts';
import { Trust } from '../../agent/verify/trust.ts';
import { encodeKeys } from '../../protocol/keys.ts';
import { encodeRecall, type RecallQuestion } from '../../protocol/recall.ts';
import { openJournal } from '../support/journal.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { makeKey } from '../support/puppet-centre.ts';
import { untrustedClock } from '../support/station-clocks.ts';

const at = '2026-11-20T08:00:00.000Z';
const order = { id: '019357f0-7a00-7000-8000-0000000000a1', rev: 1 };
const who = { centre: 'vinh-phuc', station: 'dai-dong' };

/** Reports that can be told apart. */
const say = (journal: Journal, marks: readonly number[]) =>
  journal.commit(() => ({
    reports: marks.map((mark) => ({ outcome: 'ready' as const, order, timing: { toSoundMs: mark } })),
  }));
const marksOf = async (journal: Journal) =>
  (await journal.reports(0, 1_000)).map(({ timing }) => timing?.toSoundMs as number);
const upTo = (to: number, from = 1) => Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);

test('[P-71] an old journal keeps what the ledger lacks, under numbers of its own', async (t) => {
  const folder = t.testdir();
  let round = 0;
  const few = fc.integer({ min: 0, max: 6 });
  await fc.assert(
    fc.asyncProperty(few, few, few, few, async (before, acknowledged, since, stored) => {
      const directory = join(folder, String(round++));
      let journal = await openJournal(directory);
      await journal.asked();
      const first = journal.epoch;
      await say(journal, upTo(before));
      await journal.acknowledge(first, acknowledged);
      await journal.close();
      const kept = acknowledged <= before ? acknowledged : 0;

      // Put back: it starts, twice, and reports before it reaches its centre.
      journal = await openJournal(directory);
      await say(journal, upTo(before + since, before + 1));
      await journal.close();
      journal = await openJournal(directory);
      const baseline = journal.unaskedFrom;
      await journal.beginAnew(stored);
      const expected = upTo(before + since, Math.max(kept, Math.min(stored, before)) + 1);
      const right = async () =>
        JSON.stringify(await marksOf(journal)) === JSON.stringify(expected) &&
        (await journal.reports(0, 1_000)).every(({ seq, epoch }, n) => seq === n + 1 && epoch === journal.epoch);
      const anew = journal.epoch;
      const ok = baseline === before && (await right()) && anew !== first && journal.recallWanted;
      await journal.close();
      journal = await openJournal(directory);
      const outlives = (await right()) && journal.epoch === anew && journal.recallWanted;
      await journal.close();
      return ok && outlives;
    }),
    { numRuns: 40 },
  );
});

/** A trust that knows one centre's key, and that key. */
async function trusted() {
  const [root, centre] = await Promise.all([makeKey('root'), makeKey('centre-1')]);
  const trust = await Trust.pin({
    centre: who.centre,
    root: root.publicKey,
    stationClock: untrustedClock(new ManualClock(0)),
  });
  const keys = [{ use: 'centre' as const, kid: centre.kid, key: centre.publicKey }];
  await trust.accept(await encodeKeys({ centre: who.centre, version: 1, issuedAt: at, keys, revoked: [] }, root));
  return { centre, trust };
}

/** A station's questions with a clock that stands still, and all that follows from the answers. */
async function listening(t: Test) {
  const { centre, trust } = await trusted();
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  const clock = new ManualClock();
  const asked: RecallQuestion[] = [];
  const said: string[] = [];
  const recalling = new Recalling({
    ...who,
    ...{ journal, trust, clock, log: silentLog, closing: new AbortController().signal },
    ask: (question) => asked.push(question),
    onAnswered: () => said.push('answered'),
    onDoubt: () => said.push('in doubt'),
    onSettled: async () => void said.push('settled'),
    onBooking: ({ withdrawn }) => said.push(`withdrawn ${withdrawn.length}`),
    onSilence: (silent) => said.push(silent ? 'silent' : 'speaks'),
  });
  return { centre, journal, clock, asked, said, recalling };
}

test('[P-71] a centre that has lost what it acknowledged is told what waits under another epoch', async (t) => {
  const { centre, trust } = await trusted();
  const directory = t.testdir();
  let journal = await openJournal(directory);
  t.teardown(() => journal.close());
  let asked: RecallQuestion[] = [];
  const start = () =>
    new Recalling({
      ...who,
      ...{ journal, trust, clock: new ManualClock(), log: silentLog, closing: new AbortController().signal },
      ask: (question) => asked.push(question),
      onAnswered: () => {},
      onDoubt: () => {},
      onSettled: async () => {},
      onBooking: () => {},
      onSilence: () => {},
    });
  let recalling = start();
  /** What the centre's ledger has. */
  let ledger: { stored: number; highest: number; latest?: string } = { stored: 0, highest: 0 };
  const answer = async () => {
    const { nonce = '', epoch = '' } = asked.at(-1) ?? {};
    await recalling.take(await encodeRecall({ ...who, nonce, epoch, now: at, ...ledger, airings: [] }, centre));
  };
  const restart = async () => {
    await journal.close();
    journal = await openJournal(directory);
    asked = [];
    recalling = start();
    recalling.begin();
  };
  recalling.begin();
  await answer();
  await answer();
  t.ok(recalling.settled);
  await say(journal, [1, 2, 3, 4, 5, 6]);
  const first = journal.epoch;
  await journal.acknowledge(first, 4);

  await t.test('found at a start', async (t) => {
    await restart();
    ledger = { stored: 2, highest: 2, latest: first };
    await answer();
    t.not(journal.epoch, first);
    t.equal(journal.acknowledged, 0);
    t.same(await marksOf(journal), [5, 6], 'what waits keeps its content');
    t.match(await journal.reports(0, 9), [{ seq: 1 }, { seq: 2 }]);
    t.notOk(journal.recallWanted, 'it knows itself what it did');
    t.same(asked.at(-1)?.epoch, journal.epoch, 'the centre hears of the epoch');
    ledger = { stored: 0, highest: 0, latest: first };
    await answer();
    t.ok(recalling.settled);
    const second = journal.epoch;
    await restart();
    await answer();
    t.equal(journal.epoch, second, 'it does not take itself for an old one at the next start');
    t.ok(recalling.settled);
  });

  await t.test('found on another connection, where the ledger may well have more than at the start', async (t) => {
    const { epoch } = journal;
    await say(journal, [7, 8]);
    await journal.acknowledge(epoch, 4);
    recalling.pause();
    t.notOk(recalling.answered, 'reports wait for the answer');
    recalling.begin();
    ledger = { stored: 4, highest: 4, latest: epoch };
    await answer();
    t.ok(recalling.answered);
    t.equal(journal.epoch, epoch, 'nothing is lost');
    recalling.pause();
    recalling.begin();
    ledger = { stored: 3, highest: 3, latest: epoch };
    await answer();
    t.not(journal.epoch, epoch);
    ledger = { stored: 0, highest: 0, latest: epoch };
    await answer();
  });

  await t.test('found by an acknowledgement below an earlier one', async (t) => {
    const { epoch } = journal;
    await say(journal, [9, 10, 11]);
    await journal.acknowledge(epoch, 2);
    let questions = asked.length;
    await journal.acknowledge(epoch, 2);
    t.equal(asked.length, questions, 'the same again is nothing new');
    await journal.acknowledge(epoch, 1);
    t.equal(asked.length, ++questions);
    await journal.acknowledge(epoch, 1);
    t.equal(asked.length, questions, 'it is asked once');
    // What is acknowledged while the answer is on its way was not stored when it was given.
    await journal.acknowledge(epoch, 3);
    ledger = { stored: 2, highest: 3, latest: epoch };
    await answer();
    t.equal(journal.epoch, epoch, 'an old acknowledgement came late');
    await journal.acknowledge(epoch, 1);
    ledger = { stored: 1, highest: 1, latest: epoch };
    await answer();
    t.not(journal.epoch, epoch);
    t.same(await marksOf(journal), []);
  });
});

test('[P-71] an answer that is still being written down when its connection ends opens nothing on the next one', async (t) => {
  const { centre, journal, clock, asked, said, recalling } = await listening(t);
  const answer = async () => {
    const { nonce = '', epoch = '' } = asked.at(-1) ?? {};
    const facts = { stored: 0, highest: 0, airings: [] };
    return recalling.take(await encodeRecall({ ...who, nonce, epoch, now: at, ...facts }, centre));
  };
  recalling.begin();
  // What the journal is asked to write first ends the connection.
  const { asked: note } = journal;
  journal.asked = async () => {
    recalling.pause();
    return note.call(journal);
  };
  await answer();
  journal.asked = note;
  t.notOk(recalling.answered);
  t.equal(clock.waiting, 1, 'only the ten seconds after a start are waited for');
  recalling.begin();
  t.equal(asked.length, 2);
  t.same(said, ['speaks']);
  await answer();
  t.ok(recalling.answered);
});

test('[P-72] a centre that does not answer is asked again, and after five minutes there is an alarm', async (t) => {
  const { centre, journal, clock, asked, said, recalling } = await listening(t);
  recalling.begin();
  await clock.advance(10_000);
  await recalling.heard;
  t.notOk(recalling.settled, 'what is late has waited long enough, orders go on waiting');
  await clock.advance(289_000);
  t.same(said, []);
  await clock.advance(1_000);
  t.same(said, ['silent']);
  t.equal(new Set(asked.map(({ nonce }) => nonce)).size, asked.length, 'each question with its own nonce');

  const answer = async (nonce: string, next?: number) =>
    recalling.take(
      await encodeRecall(
        {
          ...{ ...who, nonce, epoch: journal.epoch, now: at, stored: 0, highest: 0 },
          airings: [{ ...order, occurrence: next === undefined ? 'now' : at, outcome: 'aired' }],
          ...(next !== undefined && { next }),
        },
        centre,
      ),
    );
  await answer(asked.at(-2)?.nonce ?? '');
  t.same(said, ['silent'], 'an answer to an earlier question is worth nothing');
  await answer(asked.at(-1)?.nonce ?? '', 7);
  t.same(said.slice(1), ['speaks', 'answered', 'withdrawn 0']);
  t.match(asked.at(-1), { after: 7 });
  t.notOk(recalling.settled);
  await answer(asked.at(-1)?.nonce ?? '');
  t.ok(recalling.settled);
  t.equal(journal.airingsOf(order.id).length, 2);
  t.notOk(journal.recallWanted);
  const questions = asked.length;
  await clock.advance(600_000);
  t.equal(asked.length, questions, 'nothing more is asked');
});
