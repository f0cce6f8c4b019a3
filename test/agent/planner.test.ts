import { join } from 'node:path';
import { test } from 'tap';
import { bookOrder } from '../../agent/book/book.ts';
import type { BookedAiring } from '../../agent/book/booking.ts';
import { Planner } from '../../agent/due/planner.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import type { Order } from '../../protocol/order.ts';
import { anOrder } from '../support/examples.ts';
import { openJournal } from '../support/journal.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { mountSmallDisk, NEEDS_ROOT, type SmallDisk } from '../support/small-disk.ts';
import { trustedClock } from '../support/station-clocks.ts';

const disk = await mountSmallDisk(24);

test('a station that was away for a year airs what is due today all the same', async (t) => {
  const journal = await openJournal(join(t.testdir(), 'journal'));
  t.teardown(() => journal.close());
  const times = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`);
  const order = anOrder({
    issuedAt: '2025-11-20T08:00:00.000Z',
    expiresAt: '2027-11-20T08:00:00.000Z',
    when: { type: 'daily', times, timeZone: 'Asia/Ho_Chi_Minh' },
  });
  await bookOrder(journal, { order, zones: ['thon-1'], token: new Uint8Array() } as unknown as VerifiedOrder);
  const booked: BookedAiring[] = [];
  const stationClock = trustedClock(new ManualClock(Date.parse('2026-11-20T08:00:00.000Z')));
  const planner = new Planner({ journal, stationClock, onBooked: (airings) => booked.push(...airings) });
  await planner.plan();
  t.equal(booked[0]?.occurrence, '2026-11-20T08:00:00.000Z', 'the one that is due now');
  t.equal(booked.at(-1)?.occurrence, '2026-11-21T08:00:00.000Z', 'looked a day ahead at once');
  const missed = (await journal.reports(0, 10_000)).filter(({ outcome }) => outcome === 'missed');
  t.equal(new Set(missed.map(({ occurrence }) => occurrence)).size, 365 * 24, 'and nothing is skipped silently');
});

test('[P-131] what a revision ends has its outcome first, and nothing that has not fallen due', async (t) => {
  const journal = await openJournal(join(t.testdir(), 'journal'));
  t.teardown(() => journal.close());
  const when: Order['when'] = { type: 'daily', times: ['16:00'], timeZone: 'Asia/Ho_Chi_Minh' };
  const dates = { issuedAt: '2026-11-20T08:00:00.000Z', expiresAt: '2027-12-20T08:00:00.000Z' };
  const order = anOrder({ when, ...dates });
  await bookOrder(journal, { order, zones: ['thon-1'], token: new Uint8Array() } as unknown as VerifiedOrder);
  const stationClock = trustedClock(new ManualClock(Date.parse('2026-11-24T09:01:00.000Z')));
  const planner = new Planner({ journal, stationClock, onBooked: () => {} });
  // Issued a week ahead of time by somebody's own software.
  await planner.beforeRevision({ ...order, rev: 2, issuedAt: '2026-12-01T00:00:00.000Z' });
  const ended = (await journal.reports(0, 100)).filter(({ occurrence }) => occurrence !== undefined);
  t.same(
    ended.map(({ occurrence, outcome }) => [occurrence?.slice(0, 10), outcome]),
    [
      ['2026-11-20', 'missed'],
      ['2026-11-21', 'missed'],
      ['2026-11-22', 'missed'],
      ['2026-11-23', 'missed'],
      ['2026-11-24', 'cancelled'],
    ],
  );
});

test('[P-95] daily warnings are booked while the card takes nothing', { skip: !disk && NEEDS_ROOT }, async (t) => {
  const { path, fill, close } = disk as SmallDisk;
  const journal = await openJournal(join(path, 'journal'));
  t.teardown(() => journal.close().finally(close));
  const when: Order['when'] = { type: 'daily', times: ['16:00'], timeZone: 'Asia/Ho_Chi_Minh' };
  const dates = { issuedAt: '2026-11-20T08:00:00.000Z', expiresAt: '2026-12-20T08:00:00.000Z' };
  for (const [id, priority] of [
    ['019357f0-7a00-7000-8000-0000000000a1', 'routine'],
    ['019357f0-7a00-7000-8000-0000000000a2', 'emergency'],
  ] as const) {
    const order = anOrder({ id, priority, when, ...dates });
    await bookOrder(journal, { order, zones: ['thon-1'], token: new Uint8Array() } as unknown as VerifiedOrder);
  }
  await fill(0);
  const booked: BookedAiring[] = [];
  const stationClock = trustedClock(new ManualClock(Date.parse('2026-11-20T08:00:00.000Z')));
  const planner = new Planner({ journal, stationClock, onBooked: (airings) => booked.push(...airings) });
  await t.rejects(planner.plan(), 'the routine order cannot be written down');
  t.match(booked, [{ order: { priority: 'emergency' }, occurrence: '2026-11-20T09:00:00.000Z' }]);
  await t.rejects(planner.plan());
  t.equal(booked.length, 1, 'once');
});
