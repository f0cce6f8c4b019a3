import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { airingKey, isOpen } from '../../agent/book/records.ts';
import { preempts } from '../../agent/due/preference.ts';
import type { Order } from '../../protocol/order.ts';
import { isLast, type Report } from '../../protocol/report.ts';
import { anOrder } from '../support/examples.ts';
import { runs } from '../support/runs.ts';
import { Heard, programmeSound } from './model/puppet-loudspeaker.ts';
import { PuppetStation, ZONES } from './model/puppet-station.ts';

const START = Date.parse('2026-11-20T08:00:00.000Z');
const SECOND = 1_000;
const iso = (instant: number) => new Date(instant).toISOString();
const idOf = (slot: number) => `019357f0-7a00-7000-8000-00000000000${slot}`;

const orders = fc.record({
  what: fc.constant('order' as const),
  slot: fc.integer({ min: 1, max: 4 }),
  priority: fc.constantFrom('emergency' as const, 'priority' as const, 'routine' as const),
  inSeconds: fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
  lateBy: fc.integer({ min: 0, max: 40 }),
  lasts: fc.integer({ min: 10, max: 120 }),
  seconds: fc.integer({ min: 1, max: 3 }),
  times: fc.integer({ min: 1, max: 2 }),
  gap: fc.integer({ min: 0, max: 2 }),
  zone: fc.constantFrom(...ZONES),
  onInterrupt: fc.constantFrom('skip' as const, 'restart' as const, 'resume' as const),
});
type NewOrder = typeof orders extends fc.Arbitrary<infer T> ? T : never;

const events = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: orders },
    {
      weight: 8,
      arbitrary: fc.record({ what: fc.constant('pass' as const), ms: fc.integer({ min: 50, max: 6_000 }) }),
    },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('cancel' as const), slot: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('stop' as const), on: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('controller' as const), works: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('loudspeaker' as const), works: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({
        what: fc.constant('crash' as const),
        ms: fc.nat(5_000),
        steps: fc.oneof(fc.nat(60), fc.constant('drained' as const)),
      }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('restart' as const), ms: fc.nat(5_000) }) },
  ),
  { maxLength: 20 },
);

interface Ordered {
  readonly order: Order;
  readonly programme: number;
  readonly seconds: number;
  readonly times: number;
  readonly occurrence: string;
  withdrawn: boolean;
}

/** What was ordered, and what must be true of it at every moment and in the end. */
class Expectations {
  readonly heard = new Heard();
  readonly ordered: Ordered[] = [];
  troubled = false;
  interrupted = false;

  add(each: NewOrder, now: number): Order {
    const rev = 1 + this.ordered.filter(({ order }) => order.id === idOf(each.slot)).length;
    const instant = each.inSeconds === undefined ? undefined : iso(now + each.inSeconds * SECOND);
    const order = anOrder({
      id: idOf(each.slot),
      rev,
      type: rev === 1 ? 'new' : 'update',
      priority: each.priority,
      issuedAt: iso(now),
      expiresAt: iso(now + each.lasts * SECOND),
      when: instant === undefined ? { type: 'now' } : { type: 'at', instants: [instant] },
      lateBy: each.lateBy,
      zones: [each.zone],
      repeat: { times: each.times, gap: each.gap },
      onInterrupt: each.onInterrupt,
    });
    this.withdraw(order.id);
    const { seconds, times } = each;
    const programme = this.ordered.length;
    this.ordered.push({ order, programme, seconds, times, occurrence: instant ?? 'now', withdrawn: false });
    return order;
  }

  withdraw(id: string): number {
    const revisions = this.ordered.filter(({ order }) => order.id === id);
    for (const each of revisions) each.withdrawn = true;
    return revisions.length;
  }

  soundOf(order: Order): Buffer {
    const { programme, seconds } = this.#find(order);
    return programmeSound(programme, seconds);
  }

  /** [P-63, P-64] Relays close for whose turn it is, in its zones, and its mark is on the journal. */
  mayHold({ stage, journal, controller }: PuppetStation, zones: readonly string[]): void {
    const record = journal.airings.get(stage.onAir ?? '');
    must(record !== undefined, 'relays close for nobody');
    must(record?.state === 'airing', `relays close before the mark: ${record?.state}`);
    must(record?.zones.join() === zones.join(), 'other zones than ordered');
    must(controller.closed.length === 0, 'relays of two airings are closed');
  }

  async now(station: PuppetStation): Promise<void> {
    const { stage, controller, loudspeaker, journal, clock } = station;
    must(loudspeaker.sounding <= 1, 'two sound at once [P-63]');
    must(
      stage.onAir !== undefined || !controller.reachable || controller.closed.length === 0,
      'nobody owns the relays',
    );
    const onAir = [...journal.airings.values()].find((airing) => airingKey(airing) === stage.onAir);
    const airing = onAir && this.#find(onAir.order);
    must(!stage.stopped || airing === undefined || airing.order.priority === 'emergency', 'it was stopped [P-68]');
    for (const record of journal.airings.values()) {
      const { order, occurrence } = this.#find(record.order);
      const key = airingKey(record);
      if (record.state === 'airing' && order.priority !== 'emergency')
        must(key === stage.onAir, 'on air without a turn');
      const dueFrom = occurrence === 'now' ? Date.parse(order.issuedAt) : Date.parse(occurrence);
      const latest = Math.min(dueFrom + order.lateBy * SECOND, Date.parse(order.expiresAt));
      const waits = record.state === 'ready' && clock.now() > dueFrom + 1_100 && clock.now() < latest - 1_100;
      if (!waits || (stage.stopped && order.priority !== 'emergency')) continue;
      must(airing !== undefined, `${key} is ready and nothing is on air`);
      const claim = (of: Order) => ({ ...of, order: of.id, key: '' });
      must(airing === undefined || !preempts(claim(order), claim(airing.order)), `${key} should preempt`);
    }
    this.#said(await station.reports(), station, false);
  }

  async end(station: PuppetStation): Promise<void> {
    this.#said(await station.reports(), station, true);
  }

  #find({ id, rev }: Pick<Order, 'id' | 'rev'>): Ordered {
    const found = this.ordered.find(({ order }) => order.id === id && order.rev === rev);
    if (found === undefined) throw new Error(`never ordered: ${id} ${rev}`);
    return found;
  }

  #said(reports: readonly Report[], { journal }: PuppetStation, over: boolean): void {
    for (const each of this.ordered) {
      const { order, occurrence, programme, seconds, times, withdrawn } = each;
      const name = `${order.id} ${order.rev}`;
      const own = reports.filter((report) => report.order?.id === order.id && report.order.rev === order.rev);
      const lasts = own.filter(isLast);
      const told = own.map(({ outcome }) => outcome).join(' ');
      must(lasts.length <= 1 && (lasts.length === 0 || own.at(-1) === lasts[0]), `[P-62] ${name}: ${told}`);
      const record = journal.airings.get(airingKey({ order, occurrence }));
      must(
        record === undefined || record.state === 'booked' || record.state === own.at(-1)?.outcome,
        `${name}: ${told}`,
      );
      const cells = this.heard.of(programme, seconds);
      const least = Math.min(...cells);
      // What was cut off in its last hundredth of a second was not heard in full.
      must(least < 2 * times - 0.001, `[P-61] ${name} was heard in full twice`);
      if (over) must(own.length === 0 || lasts.length === 1, `${name} has no outcome: ${told}`);
      if (lasts.length === 0) continue;
      switch (lasts[0]?.outcome) {
        case 'aired':
          must(Math.round(least) >= times, `[P-40] ${name} is said to have aired, and was not heard whole: ${told}`);
          break;
        case 'missed':
        case 'expired':
          must(Math.max(...cells) === 0, `${name} was heard, and is said not to have begun: ${told}`);
          break;
        case 'cancelled':
          must(withdrawn, `${name} was not cancelled: ${told}`);
          break;
        case 'failed':
          must(this.troubled, `${name} failed and nothing was wrong: ${told}`);
          break;
        case 'interrupted':
          must(this.interrupted, `${name} was not interrupted: ${told}`);
          break;
        case 'preempted':
          must(this.ordered.length > 1, `${name} was preempted by nobody: ${told}`);
          break;
        default:
          must(false, `${name}: ${told}`);
      }
    }
  }
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

test('whatever happens to an airing, what is said of it is true, and said once', async (t) => {
  const folder = t.testdir();
  let round = 0;
  await fc.assert(
    fc.asyncProperty(events, async (list) => {
      const expectations = new Expectations();
      const starts: PuppetStation[] = [];
      const broken: unknown[] = [];
      let stopped = false;
      const begin = async (directory: string, wall: number) => {
        const station = new PuppetStation({
          directory,
          wall,
          heard: expectations.heard,
          soundOf: (order) => expectations.soundOf(order),
          onHold: (by, zones) => {
            try {
              if (by === starts.at(-1)) expectations.mayHold(by, zones);
            } catch (error) {
              broken.push(error);
            }
          },
        });
        starts.push(station);
        await station.start(stopped);
        return station;
      };
      const directoryOf = (start: number) => join(folder, `${round}-${start}`);
      round += 1;
      let station = await begin(directoryOf(0), START);
      try {
        for (const each of list) {
          switch (each.what) {
            case 'order':
              await station.order(expectations.add(each, station.clock.now()));
              break;
            case 'pass':
              for (let left = each.ms; left > 0; left -= SECOND) {
                await station.clock.advance(Math.min(left, SECOND));
                await expectations.now(station);
              }
              break;
            case 'cancel': {
              const rev = expectations.withdraw(idOf(each.slot));
              if (rev > 0) await station.cancel(idOf(each.slot), rev);
              break;
            }
            case 'stop':
              stopped = each.on;
              expectations.interrupted ||= stopped;
              station.stage.stop(stopped);
              break;
            case 'controller':
              expectations.troubled ||= !each.works;
              station.controller.reachable = each.works;
              break;
            case 'loudspeaker':
              expectations.troubled ||= !each.works;
              station.loudspeaker.works = each.works;
              break;
            case 'crash':
            case 'restart': {
              expectations.interrupted = true;
              const directory = directoryOf(starts.length);
              if (each.what === 'crash') await station.cut(directory, each.steps, 5_000);
              else await station.close();
              const next = each.what === 'crash' ? directory : directoryOf(starts.length - 1);
              station = await begin(next, station.clock.now() + each.ms);
            }
          }
          if (each.what !== 'order') await station.settle();
        }
        station.stage.stop(false);
        station.controller.reachable = true;
        station.loudspeaker.works = true;
        // The longest order lasts two minutes, and whatever is on air then may be heard to its end.
        const open = () => [...station.journal.airings.values()].some(isOpen);
        for (let passed = 0; open() && passed < 200; passed++) await station.clock.advance(SECOND);
        await expectations.now(station);
        await expectations.end(station);
        if (broken.length > 0) throw broken[0];
      } finally {
        for (const each of starts) await each.journal.close().catch(() => undefined);
        for (let start = 0; start <= starts.length; start++)
          await rm(directoryOf(start), { recursive: true, force: true });
      }
    }),
    { numRuns: runs(40) },
  );
  t.end();
});
