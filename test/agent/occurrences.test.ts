import fc from 'fast-check';
import { test } from 'tap';
import { type Schedule, scheduleOf } from '../../agent/due/occurrences.ts';
import type { Order } from '../../protocol/order.ts';

type Daily = Extract<Order['when'], { type: 'daily' }>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const scheduled = async (when: Order['when']): Promise<Schedule> => {
  const schedule = await scheduleOf(when);
  if (schedule === undefined) throw new Error('no schedule');
  return schedule;
};

const texts = (instants: readonly number[]) => instants.map((instant) => new Date(instant).toISOString());

test('three times a day until further notice, at home', async (t) => {
  const schedule = await scheduled({ type: 'daily', times: ['05:00', '11:00', '17:30'], timeZone: 'Asia/Ho_Chi_Minh' });
  const from = Date.parse('2026-11-20T00:00:00.000Z');
  t.same(texts(schedule.between(from, from + DAY)), [
    '2026-11-20T04:00:00.000Z',
    '2026-11-20T10:30:00.000Z',
    '2026-11-20T22:00:00.000Z',
  ]);
  t.equal(schedule.between(from, from + 31 * DAY).length, 93);
});

test('weekdays, first and last date bound it', async (t) => {
  const schedule = await scheduled({
    type: 'daily',
    times: ['05:00'],
    weekdays: [1, 7],
    from: '2026-11-23',
    until: '2026-12-06',
    timeZone: 'UTC',
  });
  const far = Date.parse('2027-11-20T00:00:00.000Z');
  t.same(texts(schedule.between(0, far)), [
    '2026-11-23T05:00:00.000Z',
    '2026-11-29T05:00:00.000Z',
    '2026-11-30T05:00:00.000Z',
    '2026-12-06T05:00:00.000Z',
  ]);
});

test('a time that summer time leaves out moves on, one that comes twice is its first', async (t) => {
  const schedule = await scheduled({ type: 'daily', times: ['01:30', '02:30'], timeZone: 'America/New_York' });
  const spring = Date.parse('2026-03-08T05:00:00.000Z');
  t.same(texts(schedule.between(spring, spring + 12 * HOUR)), ['2026-03-08T06:30:00.000Z', '2026-03-08T07:30:00.000Z']);
  const autumn = Date.parse('2026-11-01T04:00:00.000Z');
  t.same(texts(schedule.between(autumn, autumn + 12 * HOUR)), ['2026-11-01T05:30:00.000Z', '2026-11-01T07:30:00.000Z']);
});

test('instants come each once and in order; an unknown zone has no schedule', async (t) => {
  const at = ['2026-11-20T10:00:00.000Z', '2026-11-20T08:00:00.000Z'];
  t.same(texts((await scheduled({ type: 'at', instants: at })).between(0, Date.parse('2030-01-01'))), [...at].sort());
  t.equal(await scheduleOf({ type: 'daily', times: ['05:00'], timeZone: 'Mars/Olympus' }), undefined);
});

/** Zones with whole-hour, half-hour and quarter-hour changes, southern and none. */
const zones = [
  'Asia/Ho_Chi_Minh',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Santiago',
];

const dailies = fc.record(
  {
    type: fc.constant('daily' as const),
    times: fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map(clockTime), {
      minLength: 1,
      maxLength: 3,
    }),
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
    timeZone: fc.constantFrom(...zones),
  },
  { requiredKeys: ['type', 'times', 'timeZone'] },
);

function clockTime([hour, minute]: [number, number]): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

test('it agrees with a clock on the wall that is looked at every minute', async (t) => {
  // Around the changes of 2026 and month ends, where mistakes live.
  const starts = [
    '2026-03-07',
    '2026-03-28',
    '2026-04-04',
    '2026-09-05',
    '2026-10-03',
    '2026-10-24',
    '2026-10-31',
    '2026-02-27',
  ];
  await fc.assert(
    fc.asyncProperty(dailies, fc.constantFrom(...starts), fc.nat(24 * 60), async (when, date, offset) => {
      const after = Date.parse(`${date}T00:00:00.000Z`) + offset * MINUTE;
      const until = after + 2 * DAY;
      const expected = lookEveryMinute(when, after, until);
      const actual = (await scheduled(when)).between(after, until);
      return JSON.stringify(actual) === JSON.stringify(expected);
    }),
    { numRuns: 60 },
  );
  t.end();
});

/** The simple reference: walks minute by minute and asks the platform for the local time. */
function lookEveryMinute({ times, weekdays, timeZone }: Daily, after: number, until: number): number[] {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const localMinute = (instant: number) => {
    const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
    return Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:00Z`);
  };
  const found = new Set<number>();
  const struck = new Set<number>();
  let before = localMinute(after - 3 * HOUR);
  for (let instant = after - 3 * HOUR + MINUTE; instant <= until; instant += MINUTE) {
    const local = localMinute(instant);
    // The hands may jump forward; every time they pass strikes then, as late as it is left out.
    for (let passed = before + MINUTE; passed <= local; passed += MINUTE) {
      if (struck.has(passed)) continue;
      struck.add(passed);
      const day = new Date(passed).getUTCDay() || 7;
      const text = new Date(passed).toISOString().slice(11, 16);
      if (!times.includes(text) || (weekdays !== undefined && !weekdays.includes(day))) continue;
      const strikes = instant + (local - before > MINUTE ? passed - before - MINUTE : 0);
      if (strikes > after && strikes <= until) found.add(strikes);
    }
    before = local;
  }
  return [...found].sort((a, b) => a - b);
}
