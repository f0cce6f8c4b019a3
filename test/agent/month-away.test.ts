import fc from 'fast-check';
import { test } from 'tap';
import { bookOrder } from '../../agent/book/book.ts';
import type { BookedAiring } from '../../agent/book/booking.ts';
import type { Journal } from '../../agent/book/journal.ts';
import { FULL_OUTBOX } from '../../agent/book/outbox.ts';
import { recordOutcome } from '../../agent/book/outcome.ts';
import { systemClock } from '../../agent/clock/clock.ts';
import { Planner } from '../../agent/due/planner.ts';
import { silentLog } from '../../agent/log.ts';
import { Delivery } from '../../agent/report/deliver.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import type { Order } from '../../protocol/order.ts';
import { decodeReport, isLast, type Report } from '../../protocol/report.ts';
import { anOrder } from '../support/examples.ts';
import { openJournal } from '../support/journal.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { makeSigner } from '../support/signer.ts';
import { trustedClock } from '../support/station-clocks.ts';
import { until } from '../support/until.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-10-01T00:00:00.000Z');
const DAYS = 31;
const { signer, lookup } = await makeSigner('dai-dong');

const id = (n: number): string => `019357f0-7a00-7000-8000-${n.toString(16).padStart(12, '0')}`;
const verified = (order: Order): VerifiedOrder =>
  ({ order, zones: ['thon-1'], token: new Uint8Array() }) as unknown as VerifiedOrder;
const daily = (n: number): Order =>
  anOrder({
    id: id(n),
    issuedAt: new Date(START).toISOString(),
    expiresAt: new Date(START + 400 * DAY_MS).toISOString(),
    when: { type: 'daily', times: ['05:00', '11:00', '17:00'], timeZone: 'Asia/Ho_Chi_Minh' },
  });

interface Month {
  readonly orders: number;
  /** Days on which it was off altogether. */
  readonly dark: readonly number[];
  readonly restarts: readonly number[];
}

/** A station's month without its centre: what airs is aired, what is missed is missed, and all of it is noted. */
async function liveThrough(directory: string, { orders, dark, restarts }: Month) {
  const clock = new ManualClock(START);
  const stationClock = trustedClock(clock);
  const open = () => openJournal(directory, () => stationClock.instant());
  let journal = await open();
  const due: BookedAiring[] = [];
  const start = () => new Planner({ journal, stationClock, onBooked: (airings) => void due.push(...airings) });
  let planner = start();
  await Promise.all(Array.from({ length: orders }, (_, n) => bookOrder(journal, verified(daily(n)))));
  const why = { ready: {}, airing: {}, failed: { refusal: { code: 'controller-unreachable' as const } } };
  for (let day = 0; day < DAYS; day++) {
    await clock.advance(DAY_MS);
    if (dark.includes(day)) continue;
    if (restarts.includes(day)) {
      await journal.close();
      journal = await open();
      planner = start();
    }
    await planner.plan();
    const at = stationClock.instant();
    const now = due.splice(0);
    const missed = (airing: BookedAiring) => Date.parse(airing.occurrence) < clock.now() - DAY_MS;
    for (const outcome of ['ready', 'airing', 'failed'] as const) {
      await Promise.all(
        now.map((airing) =>
          missed(airing) ? undefined : recordOutcome(journal, airing, outcome, { at }, why[outcome]),
        ),
      );
    }
    await Promise.all(now.filter(missed).map((airing) => recordOutcome(journal, airing, 'missed', { at })));
  }
  return journal;
}

/** A centre that comes back: stores what it is sent, and acknowledges the highest number below which it lacks none. */
function drain(journal: Journal) {
  const stored = new Map<number, Report>();
  let head = 0;
  let most = 0;
  const delivery: Delivery = new Delivery({
    journal,
    signer,
    clock: systemClock,
    log: silentLog,
    publish: async (payload) => {
      const report = await decodeReport(payload, lookup);
      if (!report.ok) throw report.refusal;
      stored.set(report.value.value.seq, report.value.value);
      most = Math.max(most, stored.size - head);
      while (stored.has(head + 1)) head += 1;
      void delivery.acknowledged(journal.epoch, head);
    },
  });
  delivery.resume();
  return { stored, delivery, most: () => most };
}

/** 05:00, 11:00 and 17:00 in Việt Nam, from the issue to a day after the last look. */
function occurrencesOf(n: number): string[] {
  const days = Array.from({ length: DAYS + 1 }, (_, day) => START + day * DAY_MS);
  const instants = days.flatMap((day) => [4, 10, 22].map((hour) => new Date(day + hour * 3_600_000).toISOString()));
  return instants.map((instant) => `${id(n)}/0000001/${instant}`);
}

const keyOf = ({ order, occurrence }: Report): string =>
  `${order?.id}/${String(order?.rev).padStart(7, '0')}/${occurrence}`;

test('[P-83] a station away for a month reports the end of every airing, once, and keeps its outbox in bounds', async (t) => {
  const month = fc.record({
    orders: fc.constantFrom(3, 15),
    dark: fc.uniqueArray(fc.nat(DAYS - 2), { maxLength: 12 }),
    restarts: fc.uniqueArray(fc.nat(DAYS - 1), { maxLength: 3 }),
  });
  const folder = t.testdir({});
  let round = 0;
  await fc.assert(
    fc.asyncProperty(month, async (lived) => {
      const journal = await liveThrough(`${folder}/${round++}`, lived);
      const ended = Array.from({ length: lived.orders }, (_, n) => occurrencesOf(n)).flat();
      try {
        t.ok(
          journal.backlog <= FULL_OUTBOX + ended.length,
          `${journal.backlog} reports of ${ended.length} airings wait`,
        );
        const { stored, delivery, most } = drain(journal);
        const order = anOrder({ id: id(999), priority: 'emergency', expiresAt: '2027-10-01T00:00:00.000Z' });
        const { booked } = await bookOrder(journal, verified(order));
        t.equal(booked.length, 1, 'an emergency is booked meanwhile');
        t.ok(journal.backlog > 0, 'and does not wait for the outbox');
        await until('the outbox to be empty', () => journal.backlog === 0, 60_000);
        delivery.pause();
        const ends = [...stored.values()].filter(isLast).map(keyOf);
        t.same([...ends].sort(), [...ended].sort(), 'every airing has ended, and once');
        t.equal(Math.max(...stored.keys()), stored.size, 'no number is lacking');
        t.ok(most() <= 16);
      } finally {
        await journal.close();
      }
    }),
    { numRuns: 5 },
  );
});
