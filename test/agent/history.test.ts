import { test } from 'tap';
import { bookOrder, declineOrder } from '../../agent/book/book.ts';
import { recordOutcome } from '../../agent/book/outcome.ts';
import { refuseRevoked } from '../../agent/book/revoked.ts';
import { describeHistory, refusedSince } from '../../agent/control/describe.ts';
import { historyText } from '../../agent/control/status-words.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import type { Order } from '../../protocol/order.ts';
import { Refusal } from '../../protocol/refusal.ts';
import { anOrder } from '../support/examples.ts';
import { openJournal } from '../support/journal.ts';

const at = '2026-11-20T08:00:00.000Z';
const later = '2026-11-20T09:00:00.000Z';
const id = (n: number): string => `019357f0-7a00-7000-8000-${n.toString(16).padStart(12, '0')}`;

const verified = (changes: Parameters<typeof anOrder>[0]): VerifiedOrder =>
  ({ order: anOrder(changes), zones: ['thon-1'], token: new Uint8Array() }) as unknown as VerifiedOrder;

test('history tells which orders were refused as a whole, when and why', async (t) => {
  const directory = t.testdir();
  let journal = await openJournal(directory);
  t.teardown(() => journal.close());
  const [airing] = (await bookOrder(journal, verified({ id: id(1), title: 'Bản tin sáng' }))).booked;
  if (airing === undefined) throw new Error('nothing booked');
  await recordOutcome(journal, airing, 'aired', { at });
  const wrong = anOrder({ id: id(2), title: 'Họp thôn 9', zones: ['thon-9'] });
  await declineOrder(journal, wrong, new Refusal('unknown-zone', 'thon-9'), later);
  // As it was written before the reason was kept.
  const old = anOrder({ id: id(3), title: 'Lệnh cũ' });
  await journal.commit(() => ({ order: { order: old, state: 'declined', zones: [] } }));
  await journal.close();
  journal = await openJournal(directory);

  const history = describeHistory({ journal });
  t.match(history.airings, [
    { order: id(2), title: 'Họp thôn 9', state: 'rejected', zones: ['thon-9'], at: later, code: 'unknown-zone' },
    { order: id(1), state: 'aired', occurrence: 'now', at },
    { order: id(3), title: 'Lệnh cũ', state: 'rejected' },
  ]);
  t.notOk('occurrence' in (history.airings[0] ?? {}), 'no airing stands for it');
  t.same(historyText(history, 'vi').split('\n'), [
    `2026-11-20 16:00:00  «Họp thôn 9» — bị từ chối, thông thường, cả lệnh, thon-9, lý do: đài không có cụm loa này`,
    `2026-11-20 15:00:00  «Bản tin sáng» — đã phát, thông thường, ngay, thon-1`,
    '«Lệnh cũ» — bị từ chối, thông thường, cả lệnh, thon-1',
  ]);
  t.match(
    historyText(history, 'en'),
    `2026-11-20 16:00:00  «Họp thôn 9» — rejected, routine, the whole order, thon-9, reason: `,
  );
  t.same(
    refusedSince(journal, Date.parse(later)).map(({ title }) => title),
    ['Họp thôn 9'],
  );
  t.same(refusedSince(journal, Date.parse(later) + 1), []);
});

test('an order that ended by its key is not told of twice', async (t) => {
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  await bookOrder(journal, verified({ id: id(1) }));
  await refuseRevoked(journal, id(1), at);
  const daily: Order['when'] = { type: 'daily', times: ['05:00'], timeZone: 'Asia/Ho_Chi_Minh' };
  await bookOrder(journal, verified({ id: id(2), when: daily }));
  await refuseRevoked(journal, id(2), later);
  t.match(describeHistory({ journal }).airings, [
    { order: id(2), at: later, code: 'revoked-key' },
    { order: id(1), occurrence: 'now', at, code: 'revoked-key' },
  ]);
  t.equal(describeHistory({ journal }).airings.length, 2);
});
