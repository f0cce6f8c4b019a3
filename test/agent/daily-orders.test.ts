import { test } from 'tap';
import { bookCancel, bookOrder } from '../../agent/book/book.ts';
import type { StationClock } from '../../agent/clock/station-clock.ts';
import { dailyInForce, dailyLine } from '../../agent/control/daily.ts';
import { dailyText } from '../../agent/control/status-words.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import type { Order } from '../../protocol/order.ts';
import { anOrder } from '../support/examples.ts';
import { openJournal } from '../support/journal.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { trustedClock, untrustedClock } from '../support/station-clocks.ts';

/** A Friday, 15:00 in Vietnam. */
const now = '2026-11-20T08:00:00.000Z';
const timeZone = 'Asia/Ho_Chi_Minh';
const id = (n: number): string => `019357f0-7a00-7000-8000-${n.toString(16).padStart(12, '0')}`;

const verified = (n: number, when: Order['when'], changes: Partial<Order> = {}): VerifiedOrder => {
  const order = anOrder({ id: id(n), when, expiresAt: '2027-11-20T08:00:00.000Z', ...changes });
  return { order, zones: ['thon-1'], token: new Uint8Array() } as unknown as VerifiedOrder;
};

test('daily orders in force are told with their times and their next occurrence, however far off', async (t) => {
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  const clock = new ManualClock(Date.parse(now));
  const daily = { type: 'daily' as const, timeZone };
  await bookOrder(journal, verified(1, { ...daily, times: ['05:00', '17:00'] }, { title: 'Bản tin' }));
  await bookOrder(journal, verified(2, { ...daily, times: ['05:00'], weekdays: [1, 4] }, { title: 'Đầu tuần' }));
  const dates = { from: '2027-06-01', until: '2027-06-30' };
  await bookOrder(journal, verified(3, { ...daily, ...dates, times: ['06:30'] }, { title: 'Mùa lũ' }));
  await bookOrder(
    journal,
    verified(4, { type: 'daily', times: ['09:00'], timeZone: 'Asia/Tokyo', until: '2026-11-20' }),
  );
  await bookOrder(journal, verified(5, { ...daily, times: ['05:00'] }, { expiresAt: '2026-11-20T08:00:00.000Z' }));
  await bookOrder(journal, verified(6, { ...daily, times: ['05:00'] }));
  await bookCancel(journal, { id: id(6), rev: 1 }, now);
  await bookOrder(journal, verified(7, { type: 'now' }));

  const told = (stationClock: StationClock) =>
    Promise.all(dailyInForce(journal, stationClock).map((order) => dailyLine(journal, order, stationClock)));
  const known = await told(trustedClock(clock));
  t.match(known, [
    { order: id(1), times: ['05:00', '17:00'], timeZone, zones: ['thon-1'], next: '2026-11-20T10:00:00.000Z' },
    { order: id(2), weekdays: [1, 4], next: '2026-11-22T22:00:00.000Z' },
    { order: id(3), ...dates, next: '2027-05-31T23:30:00.000Z' },
    { order: id(4), next: undefined },
  ]);
  t.same(
    known.map((line) => dailyText(line, 'trusted', 'vi')),
    [
      '«Bản tin» — thông thường, 05:00 17:00 hằng ngày, thon-1, lần tới: 2026-11-20 17:00',
      '«Đầu tuần» — thông thường, 05:00 T2 T5, thon-1, lần tới: 2026-11-23 05:00',
      '«Mùa lũ» — thông thường, 06:30 hằng ngày từ 2027-06-01 đến 2027-06-30, thon-1, lần tới: 2027-06-01 06:30',
      '«Thông báo lịch tiêm chủng» — thông thường, 09:00 hằng ngày đến 2026-11-20 giờ Asia/Tokyo, thon-1, không còn lần nào',
    ],
  );
  t.equal(known.length, 4, 'neither what has ended nor what was cancelled');

  const unknown = await told(untrustedClock(clock));
  t.equal(unknown.length, 5, 'nobody knows what has ended');
  t.match(unknown[0], { order: id(1), next: undefined });
  t.equal(
    unknown.map((line) => dailyText(line, 'untrusted', 'en'))[1],
    '«Đầu tuần» — routine, 05:00 Mon Thu, thon-1, next: the time is not known yet',
  );
});
