import { test } from 'tap';
import { segmentsOf } from '../../simulator/hearing/segments.ts';
import { Story } from '../support/story.ts';
import { until } from '../support/until.ts';

test('an agent that dies on air leaves no relay closed and no lie behind', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const programme = await story.programme(8);

  for (const transport of ['pty', 'tcp'] as const) {
    await t.test(transport, async (t) => {
      const name = `dies-${transport}`;
      const station = await story.station({ station: name, transport });
      const order = await story.order(programme, { to: { stations: [name] }, zones: ['thon-1', 'thon-2'] });
      await until('sound', () => station.loudspeaker.timeline.events.some(({ what }) => what === 'sound-started'));
      t.same(station.controller.state().closed, [true, true, false]);
      const leftMs = station.controller.state().leaseMs ?? Number.POSITIVE_INFINITY;
      t.ok(leftMs <= 3_000, `${leftMs} ms of the lease are left`);
      const killedAt = performance.now();
      await station.agent.kill();
      await until('open relays', () => station.controller.state().closed.every((closed) => !closed));
      const opened = station.controller.timeline.filter(
        (entry) => entry.what === 'relay' && !entry.closed && entry.monotonicMs > killedAt,
      );
      t.same(
        opened.map(({ cause }) => cause),
        ['lease', 'lease'],
        'the controller did it by itself',
      );

      station.agent.start();
      const report = await story.outcome(order, name);
      t.match(report, { outcome: 'interrupted' });
      t.equal(segmentsOf(station.loudspeaker.timeline.events, 'thon-1').length, 1, 'it is not begun again');
      const outcomes = (await story.reports(order, name)).map(({ outcome }) => outcome);
      t.same(outcomes, ['accepted', 'ready', 'airing', 'interrupted']);

      const next = await story.order(await story.programme(1), { to: { stations: [name] } });
      t.match(await story.outcome(next, name), { outcome: 'aired' }, 'the station works again');
    });
  }
});
