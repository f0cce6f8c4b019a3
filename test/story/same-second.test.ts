import { test } from 'tap';
import { byPreference } from '../../agent/due/preference.ts';
import type { Order } from '../../protocol/order.ts';
import { isLast } from '../../protocol/report.ts';
import { type Programme, Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

const classes = ['routine', 'emergency', 'priority', 'routine', 'priority'] as const;

test('ten orders due in the same second air once each, one at a time, the preferred first', async (t) => {
  const trouble = await Trouble.begin(t);
  const programmes: Programme[] = [];
  for (let at = 0; at < 10; at++) programmes.push(await trouble.programme(1, 300 + 70 * at));
  const due = new Date(Date.now() + 8_000).toISOString();
  const issued = (at: number) => new Date(Date.now() - 60_000 + at * 1_000).toISOString();
  // None comes back after an interruption: whoever is not the first must not have begun.
  const orders: Order[] = [];
  for (const [at, programme] of programmes.entries()) {
    orders.push(
      await trouble.order(programme, {
        priority: classes[at % classes.length] ?? 'routine',
        issuedAt: issued((at * 7) % 10),
        when: { type: 'at', instants: [due] },
        zones: [`thon-${(at % 3) + 1}`],
        onInterrupt: 'skip',
      }),
    );
  }
  for (const order of orders) await trouble.outcome(order, 'ready');
  const hearing = await trouble.listen();
  for (const order of orders) t.match(await trouble.outcome(order), { outcome: 'aired', occurrence: due });
  const preferred = [...orders].sort((a, b) =>
    byPreference({ ...a, order: a.id, key: a.id }, { ...b, order: b.id, key: b.id }),
  );
  const ends = trouble.centre.reports.filter((report) => isLast(report)).sort((a, b) => a.seq - b.seq);
  t.same(
    ends.map(({ order }) => order?.id),
    preferred.map(({ id }) => id),
  );
  t.same(
    orders.map((order) => trouble.finals(order)),
    orders.map(() => ['aired']),
  );
  for (const [at, programme] of programmes.entries()) {
    t.ok((await hearing.heard(`thon-${(at % 3) + 1}`, programme)) >= 0.95, `${300 + 70 * at} Hz was heard`);
  }
  t.same(overlaps(trouble), [], 'no zone was open for two');
  await trouble.silent();
  await until('one stretch of sound for each', () => [1, 2, 3].every((zone) => hearing.times(`thon-${zone}`) >= 3));
});

test('an emergency that a newer one interrupts is heard again, unless its time is over by then', async (t) => {
  const trouble = await Trouble.begin(t);
  const [over, inForce] = [await trouble.programme(9, 300), await trouble.programme(9, 500)];
  const newest = await trouble.programme(4, 900);
  const issued = (second: number) => new Date(Date.now() - 60_000 + second * 1_000).toISOString();
  const emergency = (second: number) => ({ priority: 'emergency' as const, issuedAt: issued(second) });
  const hearing = await trouble.listen();
  const first = await trouble.order(over, { ...emergency(1), expiresAt: new Date(Date.now() + 12_000).toISOString() });
  await hearing.started();
  const second = await trouble.order(inForce, { ...emergency(2), onInterrupt: 'resume' });
  t.match(await trouble.outcome(first, 'preempted'), { continues: true });
  await trouble.outcome(second, 'airing');
  const third = await trouble.order(newest, emergency(3));
  for (const order of [third, second]) t.match(await trouble.outcome(order), { outcome: 'aired' });
  t.match(await trouble.outcome(first), { outcome: 'preempted', continues: undefined });
  t.same(trouble.outcomes(first).filter((outcome) => outcome === 'airing').length, 1, 'it did not begin again');
  t.ok((await hearing.heard('thon-1', newest)) >= 0.95);
  await trouble.silent();
});

/** Instants at which relays of more than one zone were closed; each order here is for one zone. */
function overlaps(trouble: Trouble): readonly string[] {
  const closed = new Set<string>();
  return trouble.station.loudspeaker.timeline.events.flatMap((event) => {
    if (event.what !== 'relay') return [];
    if (event.closed) closed.add(event.zone);
    else closed.delete(event.zone);
    return closed.size > 1 ? [event.at] : [];
  });
}
