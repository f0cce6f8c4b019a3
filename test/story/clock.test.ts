import { join } from 'node:path';
import { type Test, test } from 'tap';
import { control } from '../../agent/control/commands.ts';
import type { Order } from '../../protocol/order.ts';
import { isLast } from '../../protocol/report.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { noFaketime } from '../support/faketime.ts';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const iso = (instant: number) => new Date(instant).toISOString();

const steps = [DAY, -DAY, 10 * MINUTE, -10 * MINUTE];

/** A station by a clock of its own, and its one programme. */
async function setUp(t: Test, now: number, how: 'synchronised' | 'alone' | 'told') {
  const clock = new FakeClock(now);
  t.teardown(() => clock.close());
  if (how === 'synchronised') clock.synchronise();
  const trouble = await Trouble.begin(t, { ...clock.options, tellsTime: how === 'told' });
  const programme = await trouble.programme(1);
  const hearing = await trouble.listen();

  /** An order for instants of the station's clock. */
  const order = (when: readonly number[] | Order['when'], more: Partial<Order> = {}) =>
    trouble.order(programme, {
      issuedAt: iso(clock.now() - HOUR),
      expiresAt: iso(clock.now() + 10 * DAY),
      lateBy: 60,
      when: 'type' in when ? when : { type: 'at', instants: when.map(iso) },
      ...more,
    });
  /** The last outcome of each occurrence; more than one where it should not be. */
  const outcomes = ({ id, rev }: Order) => {
    const found: Record<string, string> = {};
    for (const { occurrence = 'order', outcome } of trouble.reports({ id, rev }).filter(isLast)) {
      found[occurrence] = [found[occurrence], outcome].filter(Boolean).join(', ');
    }
    return found;
  };
  /** Waits until so many of its occurrences have ended. */
  const ended = (of: Order, count: number) =>
    until(`${count} outcomes`, () => Object.keys(outcomes(of)).length >= count, 180_000);
  const passed = (instant: number) => until(iso(instant), () => clock.now() > instant, 180_000);
  /** Sets the system's clock and synchronises it anew, until the station follows it. */
  const jump = async (to: number) => {
    clock.set(to);
    await trouble.raised('clock');
    clock.synchronise();
    await trouble.cleared('clock');
  };
  const status = async () => {
    const answer = await control(join(trouble.station.directory, 'state'), 'status', []);
    if (answer.kind !== 'status') throw new Error(answer.kind);
    return answer.status;
  };
  return {
    clock,
    trouble,
    programme,
    order,
    outcomes,
    ended,
    passed,
    jump,
    status,
    heard: () => hearing.times('thon-1'),
  };
}

test('whatever its clock does, every occurrence has one outcome and is heard once at most', {
  skip: noFaketime,
}, async (t) => {
  t.jobs = 5;

  void t.test('it thinks that it is 1970, and learns the time', async (t) => {
    const { clock, trouble, programme, order, outcomes, ended, status, heard } = await setUp(t, 0, 'alone');
    const emergency = await trouble.order(programme, { priority: 'emergency' });
    t.match(await trouble.outcome(emergency), { outcome: 'aired', clock: 'untrusted' }, 'an emergency airs');

    const real = Date.now();
    const times = { issuedAt: iso(real - DAY), expiresAt: iso(real + DAY) };
    const missed = await order([real - 20 * MINUTE, real - 10 * MINUTE], times);
    const late = await order([real - 10 * MINUTE], { ...times, lateBy: 3_600 });
    const expired = await order([real - 10 * MINUTE], { ...times, lateBy: 3_600, expiresAt: iso(real - MINUTE) });
    const daily = { type: 'daily', times: [iso(real - 2 * MINUTE).slice(11, 16)], timeZone: 'UTC' } as const;
    const today = await order({ ...daily, times: [...daily.times] }, { ...times, issuedAt: iso(real - HOUR) });
    const toldAt = await order([real + 40_000], times);
    for (const order of [missed, late, expired, toldAt]) await trouble.outcome(order, 'ready');
    for (const step of steps) {
      clock.set(clock.now() + step);
      await until('the clock to be set', async () => Math.abs(Date.parse((await status()).now) - clock.now()) < 3_000);
    }
    const { booked, clock: trust } = await status();
    t.equal(trust, 'untrusted');
    t.equal(booked.length, 5, 'all of them wait');
    t.equal(heard(), 1);

    trouble.centre.clock = Date.now;
    await trouble.centre.sayOnline();
    await Promise.all([missed, late, expired, today, toldAt].map((each) => ended(each, each === missed ? 2 : 1)));
    t.same(Object.values(outcomes(missed)), ['missed', 'missed']);
    t.same(Object.values(outcomes(late)), ['aired']);
    t.same(Object.values(outcomes(expired)), ['expired']);
    t.same(Object.values(outcomes(today)), ['missed']);
    t.same(Object.values(outcomes(toldAt)), ['aired']);
    t.equal(trouble.reports(late).at(-1)?.clock, 'trusted');
    t.equal(heard(), 3);
  });

  void t.test('its system jumps and is synchronised anew', async (t) => {
    const { clock, order, outcomes, ended, passed, jump, heard } = await setUp(t, Date.now(), 'synchronised');
    const begin = clock.now();
    const instants = [begin + 4_000, begin + 5 * MINUTE, begin + 30 * MINUTE, begin + 12 * HOUR, begin + 3 * DAY];
    const many = await order(instants);
    const time = iso(begin + 6 * HOUR).slice(11, 16);
    const daily = await order({ type: 'daily', times: [time], timeZone: 'UTC' }, { issuedAt: iso(begin) });
    await ended(many, 1);

    await jump(clock.now() + 10 * MINUTE);
    await ended(many, 2);
    await jump(begin - 15_000);
    await passed(begin + 6_000);
    t.equal(heard(), 1, 'its instant has come for the second time');

    await jump(begin + DAY);
    await ended(daily, 1);
    await ended(many, 4);
    const tomorrow = await order([clock.now() + 3_000]);
    await ended(tomorrow, 1);
    await jump(begin + 2 * MINUTE);
    const again = await order([clock.now() + 3_000]);
    await ended(again, 1);

    t.same(Object.values(outcomes(many)), ['aired', 'missed', 'missed', 'missed']);
    t.same(Object.values(outcomes(daily)), ['missed']);
    t.same([outcomes(tomorrow), outcomes(again)].map(Object.values), [['aired'], ['aired']]);
    t.equal(heard(), 3);
  });

  void t.test('it was told the time, and somebody sets its system', async (t) => {
    const { clock, order, outcomes, ended, status, heard } = await setUp(t, 0, 'told');
    await until('trust', async () => (await status()).clock === 'trusted');
    const real = Date.now();
    const times = { issuedAt: iso(real - HOUR), expiresAt: iso(real + DAY) };
    const instants = [real + 15_000, real + 10 * HOUR];
    const booked = await order(instants, times);
    for (const step of steps) clock.set(clock.now() + step);
    clock.set(real + 10 * HOUR);
    await ended(booked, 1);
    t.same(outcomes(booked), { [iso(real + 15_000)]: 'aired' });
    t.ok(Math.abs(Date.parse((await status()).now) - Date.now()) < 5_000);
    t.equal(heard(), 1);
  });

  void t.test('its system was synchronised, and somebody sets it', async (t) => {
    const { clock, trouble, order, outcomes, ended, status, heard } = await setUp(t, Date.now(), 'synchronised');
    trouble.centre.clock = Date.now;
    const real = Date.now();
    const booked = await order([real + 25_000, real + 2 * HOUR]);
    clock.set(real + DAY);
    await trouble.raised('clock');
    await ended(booked, 1);
    t.same(outcomes(booked), { [iso(real + 25_000)]: 'aired' });
    t.equal((await status()).clock, 'trusted');
    clock.set(Date.now());
    await trouble.cleared('clock');
    t.equal(heard(), 1);
  });

  void t.test('summer time ends while it runs', async (t) => {
    const first = Date.parse('2026-10-25T00:30:00.000Z');
    const { order, outcomes, ended, passed, jump, heard } = await setUp(t, first - 20_000, 'synchronised');
    const daily = await order({ type: 'daily', times: ['02:30'], timeZone: 'Europe/Berlin' });
    await ended(daily, 1);
    await jump(first + HOUR - 20_000);
    await passed(first + HOUR + 3_000);
    t.equal(heard(), 1, 'half past two comes twice that night');
    await jump(first + 25 * HOUR - 20_000);
    await ended(daily, 2);
    t.same(outcomes(daily), { [iso(first)]: 'aired', [iso(first + 25 * HOUR)]: 'aired' });
    t.equal(heard(), 2);
  });
});
