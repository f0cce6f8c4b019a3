import { test } from 'tap';
import type { BookedAiring } from '../../agent/book/booking.ts';
import { whenDue } from '../../agent/due/when-due.ts';
import type { Order } from '../../protocol/order.ts';
import { anOrder } from '../support/examples.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { trustedClock, untrustedClock } from '../support/station-clocks.ts';

const START = '2026-11-20T08:00:00.000Z';
const never = new AbortController().signal;

function airing(occurrence: string, changes: Partial<Order> = {}): BookedAiring {
  return {
    key: 'key',
    order: anOrder({ lateBy: 60, ...changes }),
    occurrence,
    zones: ['thon-1'],
    state: 'booked',
    samples: 0,
  };
}

function setUp(trusted: boolean) {
  const clock = new ManualClock(Date.parse(START));
  const stationClock = trusted ? trustedClock(clock) : untrustedClock(clock);
  const trust = () => stationClock.believe(clock.now(), 0);
  return { clock, stationClock, trust };
}

test('an instant falls due exactly then, by the trusted clock', async (t) => {
  const { clock, stationClock } = setUp(true);
  let dueAt: number | undefined;
  const window = whenDue(airing('2026-11-20T08:10:00.000Z'), clock, stationClock, never);
  void window.due.then((at) => {
    dueAt = at;
  });
  await clock.advance(599_999);
  t.equal(dueAt, undefined);
  await clock.advance(1);
  t.equal(dueAt, 600_000);
  await clock.advance(60_999);
  t.notOk(window.late.aborted, 'and may begin for a minute, counted in whole seconds');
  await clock.advance(2);
  t.ok(window.late.aborted);
  t.equal(window.lateOutcome, 'missed');
});

test('what is due now does not wait for a clock if it is an emergency, and else does', async (t) => {
  const { clock, stationClock, trust } = setUp(false);
  const due: string[] = [];
  void whenDue(airing('now', { priority: 'emergency' }), clock, stationClock, never).due.then(() =>
    due.push('emergency'),
  );
  void whenDue(airing('now'), clock, stationClock, never).due.then(() => due.push('routine'));
  await clock.advance(30_000);
  t.same(due, ['emergency']);
  trust();
  await clock.advance(1_000);
  t.same(due, ['emergency', 'routine']);
});

test('a warning that turns out to be late when the time becomes known is late at the next look', async (t) => {
  const { clock, stationClock, trust } = setUp(false);
  const old = airing('now', { priority: 'emergency', issuedAt: '2026-11-20T07:58:00.000Z' });
  const window = whenDue(old, clock, stationClock, never);
  await window.due;
  window.look();
  t.notOk(window.late.aborted);
  trust();
  window.look();
  t.ok(window.late.aborted);
});

test('whoever sets the wall clock moves no instant, and a centre that says the time does', async (t) => {
  const { clock, stationClock } = setUp(true);
  let due = false;
  void whenDue(airing('2026-11-20T09:00:00.000Z'), clock, stationClock, never).due.then(() => {
    due = true;
  });
  await clock.advance(10_000);
  clock.stepWall(Date.parse('2026-11-20T08:59:59.000Z'));
  await clock.advance(2_500);
  t.notOk(due);
  const told = Date.parse('2026-11-20T08:59:59.000Z');
  stationClock.believe(told, 0);
  stationClock.believe(told, 0);
  await clock.advance(2_500);
  t.ok(due);
});

test('the end of an order bounds the window, and names the outcome', async (t) => {
  const { clock, stationClock } = setUp(true);
  const window = whenDue(airing('now', { expiresAt: '2026-11-20T08:00:30.000Z' }), clock, stationClock, never);
  t.equal(await window.due, 0);
  await clock.advance(30_001);
  t.ok(window.late.aborted);
  t.equal(window.lateOutcome, 'expired');
});

test('a station that was away plays no backlog', async (t) => {
  const { clock, stationClock } = setUp(true);
  const old = airing('now', { issuedAt: '2026-11-20T07:58:00.000Z' });
  const window = whenDue(old, clock, stationClock, never);
  t.equal(await window.due, undefined);
  t.ok(window.late.aborted);
  t.equal(window.lateOutcome, 'missed');
});

test('[P-130] what was cut short comes back until it would have ended at the latest; a warning until its order ends', async (t) => {
  const repeated = { expiresAt: '2026-11-21T08:00:00.000Z', repeat: { times: 3, gap: 10 } };
  for (const [priority, cutShort] of [
    ['routine', false],
    ['priority', true],
    ['emergency', true],
  ] as const) {
    const { clock, stationClock } = setUp(true);
    const booked = airing('2026-11-20T08:00:00.000Z', { ...repeated, priority });
    // Three times the recording's length and two gaps after the minute within which it may begin.
    const [item] = booked.order.programme;
    const longest = item?.type === 'audio' ? Math.max(...item.variants.map(({ durationMs }) => durationMs)) : 0;
    const latestMs = 60_999 + 3 * longest + 20_000;
    const window = whenDue(cutShort ? { ...booked, state: 'interrupted' } : booked, clock, stationClock, never);
    await window.due;
    window.begun();
    window.cutShort();
    await clock.advance(latestMs - 1_000);
    t.notOk(window.late.aborted, `${priority}: not yet`);
    await clock.advance(2_000);
    t.equal(window.late.aborted, priority !== 'emergency', priority);
    if (cutShort) t.equal(window.lateOutcome, 'interrupted');
    if (priority !== 'emergency') continue;
    await clock.advance(24 * 3_600_000);
    t.ok(window.late.aborted);
  }
});

test('a board that was cut off on air and is switched on again days later, at night, plays no remainder', async (t) => {
  const { clock, stationClock } = setUp(true);
  const daily = { type: 'daily' as const, times: ['17:00'], timeZone: 'Asia/Ho_Chi_Minh' };
  const order = { when: daily, onInterrupt: 'resume' as const, expiresAt: '2027-11-20T08:00:00.000Z' };
  const monday = { ...airing('2026-11-16T10:00:00.000Z', order), state: 'interrupted' as const, samples: 48_000 };
  const window = whenDue(monday, clock, stationClock, never);
  t.equal(await window.due, undefined);
  t.ok(window.late.aborted);
  t.equal(window.lateOutcome, 'interrupted');
});

test('what may not be late at all has the second that it falls due in', async (t) => {
  const { clock, stationClock } = setUp(true);
  const window = whenDue(airing('2026-11-20T08:10:00.000Z', { lateBy: 0 }), clock, stationClock, never);
  await clock.advance(600_000);
  t.equal(await window.due, 600_000);
  await clock.advance(900);
  window.look();
  t.notOk(window.late.aborted);
  await clock.advance(200);
  t.ok(window.late.aborted);
});

test('an urgent order is late by its own age while the clock is not trusted', async (t) => {
  const { clock, stationClock } = setUp(false);
  clock.stepWall(0);
  const window = whenDue(airing('now', { priority: 'emergency' }), clock, stationClock, never);
  t.equal(await window.due, 0);
  await clock.advance(60_000);
  t.notOk(window.late.aborted);
  await clock.advance(2_000);
  t.ok(window.late.aborted);
});

test('[P-79] what has begun may come back [P-130]; what has not begun after all is late as before', async (t) => {
  const { clock, stationClock } = setUp(true);
  const [heard, unheard] = [1, 2].map(() => whenDue(airing('2026-11-20T08:10:00.000Z'), clock, stationClock, never));
  await clock.advance(610_000);
  heard?.begun();
  heard?.cutShort();
  unheard?.begun();
  unheard?.waitsAgain();
  await clock.advance(61_000);
  t.equal(heard?.late.aborted, false);
  t.equal(unheard?.late.aborted, true);
});
