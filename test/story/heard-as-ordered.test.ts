import { test } from 'tap';
import { isDigitalSilence } from '../../simulator/hearing/silence.ts';
import { Story } from '../support/story.ts';
import { until } from '../support/until.ts';

test('what is heard is what was ordered', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const long = await story.programme(6, 300);
  const short = await story.programme(2, 900);

  await t.test('a routine order sounds in the zones it selects, and nowhere else', async (t) => {
    const station = await story.station({ station: 'routine' });
    const order = await story.order(long, { to: { stations: ['routine'] }, zones: ['thon-1', 'thon-3'] });
    const report = await story.outcome(order, 'routine');
    t.match(report, { outcome: 'aired', evidence: { grade: 'sounded', zones: [{ keyed: true }, { keyed: true }] } });
    t.equal(report.evidence?.played?.ms, report.evidence?.played?.ofMs);
    t.ok((await story.heard(station, 'thon-1', long)) >= 0.95);
    t.ok((await story.heard(station, 'thon-3', long)) >= 0.95);
    t.ok(isDigitalSilence(await story.sound(station, 'thon-2')));
    const outcomes = (await story.reports(order, 'routine')).map(({ outcome }) => outcome);
    t.same(outcomes, ['accepted', 'ready', 'airing', 'aired']);
    t.same(station.controller.state().closed, [false, false, false], 'every relay is open again');
  });

  await t.test('orders that clash air one after the other, each in its own zones', async (t) => {
    const station = await story.station({ station: 'clash', transport: 'tcp' });
    const to = { to: { stations: ['clash'] } };
    const [first, second] = await Promise.all([
      story.order(short, { ...to, zones: ['thon-1'] }),
      story.order(long, { ...to, zones: ['thon-2'] }),
    ]);
    t.match(await story.outcome(first, 'clash'), { outcome: 'aired' });
    t.match(await story.outcome(second, 'clash'), { outcome: 'aired' });
    t.ok((await story.heard(station, 'thon-1', short)) >= 0.95);
    t.ok((await story.heard(station, 'thon-2', long)) >= 0.95);
    t.ok((await story.heard(station, 'thon-1', long)) < 0.5, 'not the other one');
    t.ok(isDigitalSilence(await story.sound(station, 'thon-3')));
  });

  await t.test('an order for an instant airs at that instant', async (t) => {
    const station = await story.station({ station: 'later' });
    const due = new Date(Date.now() + 3_000);
    const order = await story.order(short, {
      to: { stations: ['later'] },
      when: { type: 'at', instants: [due.toISOString()] },
    });
    t.match(await story.outcome(order, 'later'), { outcome: 'aired', occurrence: due.toISOString() });
    const [began] = station.loudspeaker.timeline.events.filter(({ what }) => what === 'sound-started');
    // The station's clock is as good as the centre's answer to its question, half a round trip either way.
    const early = due.getTime() - Date.parse(began?.at ?? '');
    t.ok(early < 500, `due ${due.toISOString()}, heard ${began?.at}`);
  });

  await t.test('a cancelled order falls silent, and one that waits is never heard', async (t) => {
    const station = await story.station({ station: 'cancelled' });
    const to = { to: { stations: ['cancelled'] } };
    const onAir = await story.order(await story.programme(30, 300), to);
    await until('sound', () => station.loudspeaker.timeline.events.some(({ what }) => what === 'sound-started'));
    const waiting = await story.order(short, { ...to, zones: ['thon-2'] });
    await story.post(`/api/orders/${waiting.id}/cancel`, {});
    await story.post(`/api/orders/${onAir.id}/cancel`, { reason: 'Nhầm nội dung' });
    t.match(await story.outcome(waiting, 'cancelled'), { outcome: 'cancelled' });
    t.match(await story.outcome(onAir, 'cancelled'), { outcome: 'cancelled' });
    t.ok((await story.heard(station, 'thon-2', short)) < 0.5);
    t.same(station.controller.state().closed, [false, false, false]);
  });
});
