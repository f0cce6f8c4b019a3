import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { test } from 'tap';
import { bookCancel, bookOccurrences, bookOrder, declineOrder } from '../../agent/book/book.ts';
import type { Journal } from '../../agent/book/journal.ts';
import { recordOutcome, recordProgress } from '../../agent/book/outcome.ts';
import { resumeBook } from '../../agent/book/resume.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import type { Order } from '../../protocol/order.ts';
import { Refusal } from '../../protocol/refusal.ts';
import { anOrder } from '../support/examples.ts';
import { openJournal } from '../support/journal.ts';

const at = '2026-11-20T08:00:00.000Z';

const verified = (rev: number, changes: Partial<Order> = {}): VerifiedOrder =>
  ({
    order: anOrder({ rev, type: rev === 1 ? 'new' : 'update', onInterrupt: 'skip', ...changes }),
    zones: ['thon-1'],
    token: new Uint8Array(),
  }) as unknown as VerifiedOrder;

const outcomes = async (journal: Journal) =>
  (await journal.reports(0, 1_000)).map(({ outcome, order }) => `${outcome} ${order?.rev}`);

test('[P-61] an order and its cancellation, in any order and any number, book at most once and end once', async (t) => {
  const id = verified(1).order.id;
  const steps = fc.array(fc.constantFrom('order 1', 'order 2', 'cancel 1', 'cancel 2', 'restart'), { maxLength: 8 });
  let round = 0;
  const folder = t.testdir();
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const directory = join(folder, String(round++));
      let journal = await openJournal(directory);
      try {
        for (const step of list) {
          const [what, rev] = step.split(' ');
          if (what === 'order') await bookOrder(journal, verified(Number(rev)));
          if (what === 'cancel') await bookCancel(journal, { id, rev: Number(rev) }, '2026-11-20T08:00:00.000Z');
          if (what === 'restart') {
            await journal.close();
            journal = await openJournal(directory);
          }
        }
        const all = await outcomes(journal);
        for (const rev of [1, 2]) {
          const count = (name: string) => all.filter((outcome) => outcome === `${name} ${rev}`).length;
          if (count('accepted') > 1 || count('cancelled') > 1) return false;
          const cancelledUpTo = Math.max(
            0,
            ...list.filter((step) => step.startsWith('cancel')).map((step) => Number(step.slice(-1))),
          );
          const waiting = (await resumeBook(journal)).some(({ order }) => order.rev === rev);
          if (waiting && rev <= cancelledUpTo) return false;
        }
        return (await resumeBook(journal)).length <= 1;
      } finally {
        await journal.close();
      }
    }),
    { numRuns: 60 },
  );
  t.end();
});

test('[P-62] an airing that has ended takes no second outcome', async (t) => {
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  const { booked } = await bookOrder(journal, verified(1));
  const [airing] = booked;
  if (airing === undefined) throw new Error('nothing booked');
  await bookCancel(journal, { id: airing.order.id, rev: 1 }, '2026-11-20T08:00:00.000Z');
  t.equal(await recordOutcome(journal, airing, 'airing', { at }), false);
  t.same(await outcomes(journal), ['accepted 1', 'cancelled 1']);
});

test('[P-81] what is written together is decided in turn, and taken back together', async (t) => {
  const directory = t.testdir();
  const journal = await openJournal(directory);
  const one = verified(1);
  const others = Array.from({ length: 200 }, (_, at) =>
    verified(1, { id: `019357f0-7a00-7000-8000-${String(at).padStart(12, '0')}` }),
  );
  const bookings = await Promise.all([one, one, ...others, one].map((order) => bookOrder(journal, order)));
  t.equal(bookings.filter(({ booked }) => booked.length > 0).length, 201, 'the same order is booked once');
  t.same(
    (await journal.reports(0, 1_000)).map(({ seq }) => seq),
    Array.from({ length: 201 }, (_, at) => at + 1),
  );
  t.equal(journal.open, 201);
  await bookCancel(journal, { id: one.order.id, rev: 1 }, at);
  t.equal(journal.open, 200);
  await journal.close();

  const failed = await Promise.allSettled([
    bookOrder(journal, verified(2)),
    bookOrder(journal, verified(2)),
    bookCancel(journal, { id: others[0]?.order.id ?? '', rev: 1 }, at),
  ]);
  t.same(
    failed.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
    'nobody is told that it is known while it is not on the disk',
  );
  t.equal(journal.orders.get(one.order.id)?.order.rev, 1);
  t.equal(journal.airingsOf(one.order.id).length, 1);
  t.equal(journal.open, 200);
});

test('[P-31] a revision that the station cannot carry out ends the one before all the same, at once and once', async (t) => {
  const directory = t.testdir();
  let journal = await openJournal(directory);
  const instants = ['2026-11-20T09:00:00.000Z', '2026-11-20T10:00:00.000Z'];
  const { booked } = await bookOrder(journal, verified(1, { when: { type: 'at', instants } }));
  const [first, second] = booked;
  if (first === undefined || second === undefined) throw new Error('two were booked');
  await recordOutcome(journal, first, 'airing', { at });
  const later = anOrder({ rev: 2, type: 'update' });
  const declined = await declineOrder(journal, later, new Refusal('unknown-zone'), at);
  t.same(declined, { booked: [], withdrawn: [second.key, first.key] });
  t.same(await outcomes(journal), ['accepted 1', 'accepted 1', 'airing 1', 'cancelled 1', 'rejected 2']);
  t.same(
    await declineOrder(journal, later, new Refusal('unknown-zone'), at),
    { booked: [], withdrawn: [] },
    'it is known',
  );
  await recordOutcome(journal, first, 'cancelled', { at });
  await journal.close();
  journal = await openJournal(directory);
  t.same(await resumeBook(journal), []);
  t.equal(journal.backlog, 6);
  await journal.close();
});

test('[P-61] a revision begins no instant again that the one before has ended', async (t) => {
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  const instants = [8, 9, 10, 11].map((hour) => `2026-11-20T${String(hour).padStart(2, '0')}:00:00.000Z`);
  const when = { type: 'at' as const, instants };
  const { booked } = await bookOrder(journal, verified(1, { when }));
  const [aired, missed, onAir] = booked;
  if (aired === undefined || missed === undefined || onAir === undefined) throw new Error('four were booked');
  await recordOutcome(journal, aired, 'aired', { at });
  await recordOutcome(journal, missed, 'missed', { at: '2026-11-20T09:10:00.000Z' });
  await recordOutcome(journal, onAir, 'airing', { at });
  const update = await bookOrder(journal, verified(2, { when }));
  t.same(
    update.booked.map(({ occurrence }) => occurrence),
    instants.slice(2),
    'what is on air is replaced, what waits too',
  );
  t.equal(update.withdrawn.length, 2);
  const failed = update.booked[1];
  if (failed === undefined) throw new Error('two were booked');
  await recordOutcome(journal, failed, 'failed', { at }, { refusal: { code: 'audio-not-found' } });
  const corrected = await bookOrder(journal, verified(3, { when }));
  t.same(
    corrected.booked.map(({ occurrence }) => occurrence),
    instants.slice(2),
    'what was given up before its instant is what a revision mends',
  );
  const again = await bookOrder(journal, verified(4));
  t.same(
    again.booked.map(({ occurrence }) => occurrence),
    ['now'],
  );
});

test('[P-61] nor does a revision of a daily order', async (t) => {
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  const when = { type: 'daily' as const, times: ['16:00'], timeZone: 'Asia/Ho_Chi_Minh' };
  const today = Date.parse('2026-11-20T09:00:00.000Z');
  const instants = [today, today + 86_400_000];
  for (const rev of [1, 2]) {
    const order = verified(rev, { when, expiresAt: '2026-12-20T00:00:00.000Z' });
    await bookOrder(journal, order);
    const booked = await bookOccurrences(journal, order.order, instants, today + 86_400_000);
    t.equal(booked.length, rev === 1 ? 2 : 1, 'the one that aired is over');
    const [first] = booked;
    if (rev === 1 && first) await recordOutcome(journal, first, 'aired', { at: first.occurrence });
  }
});

test('an airing whose order cannot be read any more goes on when the order comes again', async (t) => {
  const directory = t.testdir();
  const before = await openJournal(directory);
  const { booked } = await bookOrder(before, verified(1));
  await before.close();
  const card = new ClassicLevel<string, string>(directory, { valueEncoding: 'utf8' });
  await card.put(`order/${booked[0]?.order.id}`, '{"broken":');
  await card.close();
  const journal = await openJournal(directory);
  t.teardown(() => journal.close());
  t.same(await resumeBook(journal), []);
  t.match(await bookOrder(journal, verified(1)), { booked: [{ key: booked[0]?.key }], withdrawn: [] });
  t.same(await outcomes(journal), ['accepted 1']);
});

test('reports keep their numbers through restarts and acknowledgements, without a gap', async (t) => {
  const directory = t.testdir();
  let journal = await openJournal(directory);
  const { epoch } = journal;
  await bookOrder(journal, verified(1));
  await journal.acknowledge(epoch, 1);
  await journal.close();
  journal = await openJournal(directory);
  t.equal(journal.epoch, epoch);
  t.equal(journal.backlog, 0);
  const another = anOrder({ id: '019357f0-7a00-7000-8000-0000000000b3' });
  await declineOrder(journal, another, new Refusal('unknown-zone'), at);
  t.same(
    (await journal.reports(0, 10)).map(({ seq }) => seq),
    [2],
  );
  await journal.acknowledge('f'.repeat(32), 2);
  await journal.acknowledge(epoch, 99);
  t.equal(journal.backlog, 1, 'another epoch, or a number never given out, acknowledges nothing');
  await journal.close();
});

test('an airing that was on air at the end is interrupted, once', async (t) => {
  const directory = t.testdir();
  let journal = await openJournal(directory);
  const [airing] = (await bookOrder(journal, verified(1))).booked;
  if (airing === undefined) throw new Error('nothing booked');
  await recordOutcome(journal, airing, 'airing', { at });
  await journal.close();
  for (let start = 0; start < 2; start++) {
    journal = await openJournal(directory);
    t.same(await resumeBook(journal), []);
    t.same(await outcomes(journal), ['accepted 1', 'airing 1', 'interrupted 1']);
    await journal.close();
  }
});

test('what was cancelled or replaced on air, and died before it fell silent, is not taken up again', async (t) => {
  const onInterrupt = 'restart';
  const folder = t.testdir();
  for (const [what, state] of [
    ['cancelled', 'airing'],
    ['cancelled', 'preempted'],
    ['replaced', 'airing'],
    ['replaced', 'preempted'],
  ] as const) {
    const directory = join(folder, `${what}-${state}`);
    let journal = await openJournal(directory);
    const [airing] = (await bookOrder(journal, verified(1, { onInterrupt }))).booked;
    if (airing === undefined) throw new Error('nothing booked');
    await recordOutcome(journal, airing, 'airing', { at });
    const { withdrawn } =
      what === 'cancelled'
        ? await bookCancel(journal, { id: airing.order.id, rev: 1 }, at)
        : await bookOrder(journal, verified(2, { onInterrupt }));
    t.same(withdrawn, [airing.key], 'its owner is told to end it');
    // A preemption at the same moment may be noted first.
    if (state === 'preempted') await recordOutcome(journal, airing, state, { at }, { continues: true });
    for (let start = 0; start < 2; start++) {
      await journal.close();
      journal = await openJournal(directory);
      const taken = (await resumeBook(journal)).map(({ key }) => key);
      t.notOk(taken.includes(airing.key), `${what} while ${state}`);
    }
    const told = (await outcomes(journal)).filter((each) => each.endsWith(' 1'));
    t.same(told.at(-1), 'cancelled 1');
    t.equal(told.filter((each) => each === 'cancelled 1').length, 1);
    await journal.close();
  }
});

test('a torn journal loses its tail alone', async (t) => {
  const directory = t.testdir();
  let journal = await openJournal(directory);
  await bookOrder(journal, verified(1));
  await journal.commit(() => ({ facts: { last: 'x'.repeat(2_000) } }));
  await journal.close();
  const [log] = (await readdir(directory)).filter((name) => name.endsWith('.log'));
  t.ok(log);
  await truncate(join(directory, log ?? ''), 1_500);
  journal = await openJournal(directory);
  t.equal(journal.facts.get('last'), undefined);
  t.equal((await resumeBook(journal)).length, 1);
  t.same(await outcomes(journal), ['accepted 1']);
  await journal.close();
});

test('ended orders are forgotten, live ones are not', async (t) => {
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  await bookOrder(journal, verified(1));
  await journal.prune(Date.parse('2026-11-20T09:00:00.000Z'));
  t.equal(journal.orders.size, 1);
  await journal.prune(Date.parse('2027-11-20T09:00:00.000Z'));
  t.equal(journal.orders.size, 0);
  t.equal(journal.airings.size, 0);
});

test('an airing that died on air goes on as its order says, and never once it was all but heard [P-69]', async (t) => {
  const cases = [
    { onInterrupt: 'skip', ending: false, again: undefined },
    { onInterrupt: 'restart', ending: false, again: 0 },
    { onInterrupt: 'resume', ending: false, again: 96_000 },
    { onInterrupt: 'restart', ending: true, again: undefined },
    { onInterrupt: 'resume', ending: true, again: undefined },
  ] as const;
  const folder = t.testdir();
  for (const [round, { onInterrupt, ending, again }] of cases.entries()) {
    const directory = join(folder, String(round));
    let journal = await openJournal(directory);
    const [airing] = (await bookOrder(journal, verified(1, { onInterrupt }))).booked;
    if (airing === undefined) throw new Error('nothing booked');
    await recordOutcome(journal, airing, 'airing', { at });
    await recordProgress(journal, airing, { samples: 96_000, ...(ending && { ending: true }) });
    for (let start = 0; start < 2; start++) {
      await journal.close();
      journal = await openJournal(directory);
      const [taken] = await resumeBook(journal);
      t.equal(taken?.samples, again, `${onInterrupt} ${ending}`);
    }
    const reports = (await journal.reports(0, 10)).filter(({ outcome }) => outcome === 'interrupted');
    t.same(
      reports.map(({ continues }) => continues),
      [again === undefined ? undefined : true],
      'said once, with whether it continues',
    );
    await journal.close();
  }
});

test('occurrences of a daily order are booked once each, and end with their order', async (t) => {
  const directory = t.testdir();
  let journal = await openJournal(directory);
  const when = { type: 'daily', times: ['05:00'], timeZone: 'UTC' } as const;
  const order = verified(1, { when: { ...when, times: ['05:00'] }, expiresAt: '2027-01-01T00:00:00.000Z' });
  t.same(await bookOrder(journal, order), { booked: [], withdrawn: [] });
  t.same(await outcomes(journal), ['accepted 1'], 'accepted as a whole');
  const [one, two, three] = [1, 2, 3].map((day) => Date.parse(`2026-12-0${day}T05:00:00.000Z`)) as [
    number,
    number,
    number,
  ];
  t.equal((await bookOccurrences(journal, order.order, [one, two], two)).length, 2);
  await journal.close();
  journal = await openJournal(directory);
  t.equal((await resumeBook(journal)).length, 2);
  t.equal((await bookOccurrences(journal, order.order, [one, two, three], three)).length, 1, 'only what is new');
  const { withdrawn } = await bookCancel(journal, { id: order.order.id, rev: 1 }, at);
  t.equal(withdrawn.length, 3);
  t.same(await bookOccurrences(journal, order.order, [three + 86_400_000], three + 86_400_000), []);
  await bookCancel(journal, { id: order.order.id, rev: 2 }, at);
  t.same(
    await outcomes(journal),
    ['accepted 1', ...Array<string>(4).fill('cancelled 1')],
    'each, and the order itself',
  );
  await journal.close();
});
