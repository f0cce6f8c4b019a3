import { test } from 'tap';
import { bookCancel, bookOccurrences, bookOrder } from '../../agent/book/book.ts';
import { resumeBook } from '../../agent/book/resume.ts';
import { silentLog } from '../../agent/log.ts';
import { Overload } from '../../agent/receive/overload.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import type { Order } from '../../protocol/order.ts';
import { anOrder } from '../support/examples.ts';
import { openJournal } from '../support/journal.ts';
import { ManualClock } from '../support/manual-clock.ts';

const at = '2026-11-20T08:00:00.000Z';
const id = (n: number): string => `019357f0-7a00-7000-8000-${n.toString(16).padStart(12, '0')}`;

const verified = (changes: Partial<Order>): VerifiedOrder =>
  ({ order: anOrder(changes), zones: ['thon-1'], token: new Uint8Array() }) as unknown as VerifiedOrder;

/** So many instants of one order, a minute apart. */
const instants = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => new Date(Date.parse(at) + n * 60_000).toISOString());

test('[P-82] above a number of open airings only emergencies and cancellations are taken', async (t) => {
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  const many = (n: number) => verified({ id: id(n), when: { type: 'at', instants: instants(100) } });
  await Promise.all(Array.from({ length: 20 }, (_, n) => bookOrder(journal, many(n))));
  t.equal(journal.open, 2_000);
  const refused = await bookOrder(journal, verified({ id: id(20) }));
  t.match(refused, { booked: [], refusal: { code: 'too-many-orders' } });
  t.notOk(journal.orders.has(id(20)), 'nothing is written of it');
  t.equal((await bookOrder(journal, verified({ id: id(21), priority: 'emergency' }))).booked.length, 1);
  const revised = verified({ ...many(3).order, rev: 2, type: 'update' });
  t.equal((await bookOrder(journal, revised)).booked.length, 100, 'a revision takes the place of the one before');
  await bookCancel(journal, { id: id(0), rev: 1 }, at);
  t.equal(journal.open, 1_901);
  t.equal((await bookOrder(journal, verified({ id: id(20) }))).booked.length, 1, 'it may come again');

  const daily = verified({
    id: id(22),
    when: { type: 'daily', times: ['05:00'], timeZone: 'Asia/Ho_Chi_Minh' },
  });
  await bookOrder(journal, daily);
  const days = Array.from({ length: 200 }, (_, n) => Date.parse(at) + n * 86_400_000);
  const last = days.at(-1) ?? 0;
  const taken = await bookOccurrences(journal, daily.order, days, last);
  t.equal(taken.length, 98, 'as many as there is room for');
  t.same(await bookOccurrences(journal, daily.order, days, last), []);
  await bookCancel(journal, { id: id(1), rev: 1 }, at);
  const rest = await bookOccurrences(journal, daily.order, days, last);
  t.equal(rest[0]?.occurrence, new Date(days[98] ?? 0).toISOString(), 'and none is skipped');
});

test('[P-82] what is written about a flood is bounded', async (t) => {
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  const clock = new ManualClock();
  const said: boolean[] = [];
  const overload = new Overload({ journal, clock, log: silentLog, onChange: (refusing) => said.push(refusing) });
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      bookOrder(journal, verified({ id: id(n), when: { type: 'at', instants: instants(100) } })),
    ),
  );
  const before = journal.backlog;
  for (let n = 100; n < 2_100; n++) {
    const { order } = verified({ id: id(n) });
    const { refusal } = await bookOrder(journal, verified({ id: id(n) }));
    if (refusal !== undefined) await overload.refuse(order, refusal, at);
  }
  t.equal(journal.backlog - before, 20);
  t.equal(journal.orders.size, 40);
  overload.look();
  t.same(said, [true]);
  await clock.advance(60_000);
  overload.look();
  t.same(said, [true, false]);
});

test('[P-99] a revision for which there is no room leaves the one before as it is, and comes again', async (t) => {
  const directory = t.testdir();
  let journal = await openJournal(directory);
  t.teardown(() => journal.close());
  const many = (n: number, count = 100) => verified({ id: id(n), when: { type: 'at', instants: instants(count) } });
  await Promise.all(Array.from({ length: 20 }, (_, n) => bookOrder(journal, many(n))));
  const overload = new Overload({ journal, clock: new ManualClock(), log: silentLog, onChange: () => {} });
  const longer = verified({ ...many(3, 150).order, rev: 2, type: 'update' });
  const { refusal } = await bookOrder(journal, longer);
  if (refusal !== undefined) await overload.refuse(longer.order, refusal, at);
  t.match(refusal, { code: 'too-many-orders' });
  t.match(journal.orders.get(id(3)), { state: 'booked', order: { rev: 1 } }, 'so that the index brings it again');
  await journal.close();
  journal = await openJournal(directory);
  t.equal((await resumeBook(journal)).length, 2_000, 'nothing of it is taken for replaced');
  await bookCancel(journal, { id: id(0), rev: 1 }, at);
  t.equal((await bookOrder(journal, longer)).booked.length, 150);
});
