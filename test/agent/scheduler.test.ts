import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { bookCancel, bookOrder } from '../../agent/book/book.ts';
import type { BookedAiring } from '../../agent/book/booking.ts';
import type { Journal } from '../../agent/book/journal.ts';
import { recordOutcome } from '../../agent/book/outcome.ts';
import { resumeBook } from '../../agent/book/resume.ts';
import { Ticks } from '../../agent/clock/ticks.ts';
import { Planner } from '../../agent/due/planner.ts';
import { COARSE_MS, whenDue } from '../../agent/due/when-due.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import type { Order } from '../../protocol/order.ts';
import { isLast } from '../../protocol/report.ts';
import { anOrder, aReport } from '../support/examples.ts';
import { openJournal } from '../support/journal.ts';
import { ManualClock, turn } from '../support/manual-clock.ts';
import { runs } from '../support/runs.ts';
import { untrustedClock } from '../support/station-clocks.ts';
import { nameOf, SchedulerReference } from './model/scheduler-reference.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const iso = (instant: number) => new Date(instant).toISOString();
const idOf = (slot: number) => `019357f0-7a00-7000-8000-00000000000${slot}`;
const { evidence, at } = aReport();

/** A station's scheduler as it is, but for what airs: whatever is due has been heard at once. */
class Scheduler {
  readonly clock: ManualClock;
  readonly #directory: string;
  #journal: Journal | undefined;
  #stationClock = untrustedClock(new ManualClock());
  #planner: Planner | undefined;
  readonly #ticks: Ticks;
  readonly #attended = new Map<string, AbortController>();

  constructor(directory: string) {
    this.clock = new ManualClock(0);
    this.#ticks = new Ticks(this.clock, COARSE_MS);
    this.#directory = directory;
  }

  get journal(): Journal {
    if (this.#journal === undefined) throw new Error('not open');
    return this.#journal;
  }

  async start(): Promise<void> {
    const journal = await openJournal(this.#directory);
    const stationClock = untrustedClock(this.clock);
    this.#journal = journal;
    this.#stationClock = stationClock;
    const onBooked = (airings: readonly BookedAiring[]) => this.#attend(airings);
    this.#planner = new Planner({ journal, stationClock, onBooked });
    this.#attend(await resumeBook(journal));
  }

  async stop(): Promise<void> {
    for (const off of this.#attended.values()) off.abort();
    this.#attended.clear();
    await this.#planner?.plan();
    await this.journal.close();
  }

  async order(order: Order): Promise<void> {
    const verified = { order, zones: ['thon-1'], token: new Uint8Array() } as unknown as VerifiedOrder;
    await this.#planner?.beforeRevision(order);
    this.#apply(await bookOrder(this.journal, verified));
    await this.plan();
  }

  async cancel(id: string, rev: number, issuedAt: string): Promise<void> {
    this.#apply(await bookCancel(this.journal, { id, rev, issuedAt }, iso(this.#stationClock.now())));
    await this.plan();
  }

  async plan(): Promise<void> {
    await this.#planner?.plan();
    await turn();
  }

  /** The centre says it twice, so that it is believed whatever was held before. */
  async tell(now: number): Promise<void> {
    for (let time = 0; time < 2; time++) this.#stationClock.believe(now, 0);
    await this.plan();
  }

  #apply({ booked, withdrawn }: Awaited<ReturnType<typeof bookOrder>>): void {
    for (const key of withdrawn) this.#attended.get(key)?.abort();
    this.#attend(booked);
  }

  #attend(airings: readonly BookedAiring[]): void {
    const { journal } = this;
    for (const airing of airings) {
      const off = new AbortController();
      this.#attended.set(airing.key, off);
      const window = whenDue(airing, this.clock, this.#stationClock, off.signal, this.#ticks);
      void window.due.then(async (dueAt) => {
        if (dueAt === undefined && !window.late.aborted) return;
        off.abort();
        const outcome = dueAt === undefined ? window.lateOutcome : 'aired';
        await recordOutcome(journal, airing, outcome, { at }, evidence && { evidence });
      });
    }
  }
}

const zones = ['Asia/Ho_Chi_Minh', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca'];
/** Around changes to and from summer time, a leap day, the ends of months and years. */
const starts = ['2026-03-06', '2026-03-27', '2026-04-03', '2026-10-02', '2026-10-23', '2026-10-30', '2027-02-05']
  .concat(['2027-03-12', '2026-12-30', '2026-02-26', '2028-02-27', '2026-11-28'])
  .map((date) => Date.parse(`${date}T11:59:05.000Z`));

const slot = fc.integer({ min: 1, max: 3 });
const rev = fc.integer({ min: 1, max: 3 });
const minutes = (min: number, max: number) => fc.integer({ min, max }).map((count) => count * MINUTE);
const clockTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '59'))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);

const when = fc.oneof(
  fc.constant({ type: 'now' as const }),
  fc.record({
    type: fc.constant('at' as const),
    fromNow: fc.uniqueArray(minutes(-600, 6_000), { minLength: 1, maxLength: 4 }),
  }),
  fc.record(
    {
      type: fc.constant('daily' as const),
      times: fc.uniqueArray(clockTime, { minLength: 1, maxLength: 3 }),
      weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 }),
      timeZone: fc.constantFrom(...zones),
    },
    { requiredKeys: ['type', 'times', 'timeZone'] },
  ),
);

const event = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('order' as const),
      slot,
      rev,
      when,
      priority: fc.constantFrom('emergency' as const, 'priority' as const, 'routine' as const),
      lateBy: minutes(0, 120).map((ms) => ms / SECOND),
      issuedAgo: minutes(1, 3_000),
      lasts: minutes(1, 15_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('cancel' as const), slot, rev, issuedAgo: minutes(0, 2_000) }),
  },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('pass' as const), ms: minutes(1, 4_000) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restart' as const), downMs: minutes(1, 4_000) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('tell' as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('step' as const), byMs: minutes(-3_000, 3_000) }) },
);

test('every occurrence ends as a plain list of them says, whatever becomes of orders, station and clock', async (t) => {
  const folder = t.testdir();
  let round = 0;
  const begins = fc.record({ start: fc.constantFrom(...starts), trusted: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(begins, fc.array(event, { maxLength: 25 }), async ({ start, trusted }, events) => {
      const directory = join(folder, String(round++));
      const station = new Scheduler(directory);
      const reference = new SchedulerReference();
      const { clock } = station;
      let error = 0;
      let isTrusted = false;
      const now = () => start + clock.monotonic() + error;
      // What happens happens within a minute; whatever it depends on lies between two.
      const minute = () => Math.floor(now() / MINUTE) * MINUTE;
      const settle = async (from = now()) => {
        // So long it may take until a jump is seen.
        await clock.advance(1.1 * SECOND);
        for (let time = 0; time < 3; time++) await station.journal.commit(() => undefined).then(turn);
        if (isTrusted) reference.pass(from, now());
        else reference.passUntrusted();
      };
      const tell = async () => {
        isTrusted = true;
        await station.tell(now());
        reference.plan(now());
        await settle();
      };
      const travel = async (to: number) => {
        while (now() < to) {
          const from = now();
          const stops = reference.instants.filter((instant) => instant > from && instant < to);
          const next = Math.min(from + 6 * HOUR, to, ...stops);
          clock.pass(Math.max(0, next - SECOND - now()));
          await clock.advance(2 * SECOND);
          await settle(from);
          await station.plan();
          if (isTrusted) reference.plan(now());
          await settle();
        }
      };
      await station.start();
      try {
        if (trusted) await tell();
        for (const each of events) {
          if (each.what === 'order') {
            const { what: _, slot, rev, when, issuedAgo, lasts, ...rest } = each;
            const issued = minute() - issuedAgo;
            const order = anOrder({
              ...rest,
              id: idOf(slot),
              rev,
              issuedAt: iso(issued),
              expiresAt: iso(issued + lasts),
              when: when.type === 'at' ? { type: 'at', instants: when.fromNow.map((ms) => iso(minute() + ms)) } : when,
            });
            await station.order(order);
            reference.order(order);
            if (isTrusted) reference.plan(now());
            await settle();
          } else if (each.what === 'cancel') {
            const issuedAt = minute() - each.issuedAgo;
            await station.cancel(idOf(each.slot), each.rev, iso(issuedAt));
            reference.cancel(idOf(each.slot), each.rev, issuedAt);
            if (isTrusted) reference.plan(now());
          } else if (each.what === 'pass') {
            await travel(minute() + each.ms + 5 * SECOND);
          } else if (each.what === 'restart') {
            await station.stop();
            clock.pass(each.downMs);
            error = 0;
            isTrusted = false;
            await station.start();
            await settle();
          } else if (each.what === 'tell') {
            error = isTrusted ? error : 0;
            await tell();
          } else if (isTrusted) {
            error += each.byMs;
            await tell();
          }
        }
        await settle();
        const said = new Map<string, string[]>();
        for (const report of (await station.journal.reports(0, 100_000)).filter(isLast)) {
          if (report.order === undefined) continue;
          const name = nameOf(report.order, report.occurrence ?? 'order');
          said.set(name, [...(said.get(name) ?? []), report.outcome]);
        }
        const sorted = (map: Map<string, string[]>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
        const [actual, expected] = [sorted(said), sorted(reference.outcomes)].map((list) =>
          list.map(([name, outcomes]) => `${name} ${outcomes.join(', ')}`).join('\n'),
        );
        if (actual !== expected) throw new Error(`said:\n${actual}\nexpected:\n${expected}`);
      } finally {
        await station.stop();
        await rm(directory, { recursive: true });
      }
    }),
    { numRuns: runs(60) },
  );
  t.end();
});
