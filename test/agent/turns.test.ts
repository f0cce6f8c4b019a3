import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Order } from '../../protocol/order.ts';
import { anOrder } from '../support/examples.ts';
import { Heard, programmeSound } from './model/puppet-loudspeaker.ts';
import { PuppetStation } from './model/puppet-station.ts';

const START = Date.parse('2026-11-20T08:00:00.000Z');
const SECONDS = 2;
const iso = (instant: number) => new Date(instant).toISOString();

async function setUp(t: Test) {
  const heard = new Heard();
  const station = new PuppetStation({
    directory: join(t.testdir({}), 'journal'),
    wall: START,
    heard,
    soundOf: () => programmeSound(0, SECONDS),
    onHold: () => {},
  });
  await station.start(false);
  t.teardown(() => station.close());
  const order = (changes: Partial<Order>) =>
    station.order(anOrder({ zones: ['thon-1'], issuedAt: iso(START), expiresAt: iso(START + 3_600_000), ...changes }));
  const said = async () => (await station.reports()).map(({ outcome, refusal }) => [outcome, refusal?.code]);
  /** Lets the time pass until so many milliseconds of it have sounded. */
  const sounded = async (ms: number) => {
    while (station.loudspeaker.sounding === 0) await station.clock.advance(10);
    await station.clock.advance(ms);
  };
  /** How often all of it was heard. */
  const heardInFull = () => Math.round(Math.min(...heard.of(0, SECONDS)) * 100) / 100;
  return { station, order, said, sounded, heardInFull };
}

test('[P-61] a warning whose sound card fails only when all was sent is not begun again: it may have been heard', async (t) => {
  const { station, order, said, sounded, heardInFull } = await setUp(t);
  await order({ priority: 'emergency', repeat: { times: 1, gap: 0 } });
  await sounded(1_800);
  station.loudspeaker.works = false;
  await station.clock.advance(600);
  station.loudspeaker.works = true;
  await station.clock.advance(120_000);
  t.ok(heardInFull() <= 1, `heard in full ${heardInFull()} times`);
  t.same((await said()).at(-1), ['failed', 'sound-card-failed']);
});

test('of a warning in several parts the others go on, and it is reported as failed, with no more than was heard', async (t) => {
  const { station, order, said, sounded, heardInFull } = await setUp(t);
  await order({ priority: 'emergency', repeat: { times: 3, gap: 60 } });
  await sounded(1_800);
  station.loudspeaker.works = false;
  await station.clock.advance(600);
  station.loudspeaker.works = true;
  await station.clock.advance(300_000);
  t.equal(heardInFull(), 3, 'each part once');
  t.same((await said()).at(-1), ['failed', 'sound-card-failed']);
  const { played } = (await station.reports()).at(-1)?.evidence ?? {};
  t.ok(played !== undefined && played.ms < played.ofMs, `${played?.ms} of ${played?.ofMs} ms`);
});

test('what nothing interrupts is not cut off, however long its chime and its gaps make it', async (t) => {
  const { station, order, said } = await setUp(t);
  await order({ lateBy: 0, chime: true, repeat: { times: 20, gap: 60 } });
  await station.clock.advance(1_400_000);
  t.same((await said()).at(-1), ['aired', undefined]);
});

test('a warning whose sound card fails before that is begun again', async (t) => {
  const { station, order, said, sounded, heardInFull } = await setUp(t);
  await order({ priority: 'emergency', repeat: { times: 1, gap: 0 } });
  await sounded(500);
  station.loudspeaker.works = false;
  await station.clock.advance(600);
  station.loudspeaker.works = true;
  await station.clock.advance(120_000);
  t.equal(heardInFull(), 1);
  t.same((await said()).at(-1), ['aired', undefined]);
});

test('an order that ends in the gap before a repetition was preempted by nobody', async (t) => {
  const { station, order, said, heardInFull } = await setUp(t);
  await order({ expiresAt: iso(START + 60_000), onInterrupt: 'skip', repeat: { times: 3, gap: 600 } });
  await station.clock.advance(90_000);
  t.equal(heardInFull(), 1);
  t.same((await said()).at(-1), ['interrupted', undefined]);
});

test('what the local stop silenced, and what it was not let go on in time, was interrupted and not preempted', async (t) => {
  const { station, order, said, sounded } = await setUp(t);
  await order({ onInterrupt: 'restart', lateBy: 30 });
  await sounded(500);
  station.stage.stop(true);
  await station.clock.advance(3_600_000);
  t.same((await said()).slice(-2), [
    ['interrupted', 'stopped'],
    ['interrupted', 'stopped'],
  ]);
});
