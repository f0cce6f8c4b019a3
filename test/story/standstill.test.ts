import { test } from 'tap';
import { type Link, startLink } from '../../simulator/link/link.ts';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

test('an agent that stands still on air: the relays open by themselves, and the truth is told afterwards', async (t) => {
  const trouble = await Trouble.begin(t, { transport: 'pty' });
  const programme = await trouble.programme(6, 500);
  for (const priority of ['routine', 'emergency'] as const) {
    await t.test(priority, async (t) => {
      const hearing = await trouble.listen();
      const order = await trouble.order(programme, { priority });
      await hearing.started();
      const pid = trouble.station.agent.child?.pid ?? 0;
      process.kill(pid, 'SIGSTOP');
      try {
        await trouble.silent();
        const opened = trouble.station.controller.timeline.filter(
          ({ what, cause }) => what === 'relay' && cause === 'lease',
        );
        t.equal(opened.length, priority === 'routine' ? 3 : 6, 'the controller did it');
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      const report = await trouble.outcome(order);
      if (priority === 'routine') {
        t.equal(report.outcome, 'failed');
        // Whichever it looks at first when it wakes.
        t.ok(['lease-lost', 'sound-card-failed'].includes(report.refusal?.code ?? ''), `${report.refusal?.code}`);
        t.ok((report.evidence?.played?.ms ?? 0) < 6_000);
      } else {
        t.match(report, { outcome: 'aired' });
        t.ok((await hearing.heard('thon-3', programme)) >= 0.95);
      }
      t.equal(trouble.finals(order).length, 1);
      await trouble.silent();
      t.match(await trouble.outcome(await trouble.order(programme)), { outcome: 'aired' });
    });
  }
});

test('a link that hangs half-open', async (t) => {
  let link: Link | undefined;
  const trouble = await Trouble.begin(t, {
    through: async (url) => {
      link = await startLink(url);
      t.teardown(() => link?.close());
      return link.url;
    },
  });
  const programme = await trouble.programme(2, 500);

  await t.test('for a while: the airing is not disturbed, its report comes later and once', async (t) => {
    const hearing = await trouble.listen();
    const order = await trouble.order(programme);
    await hearing.started();
    link?.freeze(true);
    await until('the end', () =>
      trouble.station.loudspeaker.timeline.events.some(({ what }) => what === 'sound-ended'),
    );
    await trouble.silent();
    link?.freeze(false);
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    t.same(trouble.outcomes(order), ['accepted', 'ready', 'airing', 'aired']);
  });

  await t.test('until it is reset: everything comes on the next connection', async (t) => {
    const hearing = await trouble.listen();
    const order = await trouble.order(programme);
    await hearing.started();
    link?.freeze(true);
    await trouble.silent();
    await until('the end', () => trouble.station.controller.state().amplifierOn === false);
    link?.reset();
    link?.freeze(false);
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    t.same(trouble.outcomes(order), ['accepted', 'ready', 'airing', 'aired']);
  });
});
