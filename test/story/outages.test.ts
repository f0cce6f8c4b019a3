import { test } from 'tap';
import type { Birth } from '../../protocol/birth.ts';
import type { Report } from '../../protocol/report.ts';
import { startLink } from '../../simulator/link/link.ts';
import { Story } from '../support/story.ts';
import { until } from '../support/until.ts';

test('reports that wait while the centre is away arrive once each', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const station = await story.station({ station: 'patient' });
  const programme = await story.programme(3);
  const order = await story.order(programme, { to: { stations: ['patient'] } });
  await until('sound', () => station.loudspeaker.timeline.events.some(({ what }) => what === 'sound-started'));
  await story.restartCentre(async () => {
    await until('the airing to end without its centre', () =>
      station.loudspeaker.timeline.events.some(({ what }) => what === 'sound-ended'),
    );
  });
  t.match(await story.outcome(order, 'patient'), { outcome: 'aired' });
  const { reports } = (await story.get('/api/reports?station=patient')) as { reports: Report[] };
  const numbers = reports.map(({ epoch, seq }) => `${epoch} ${seq}`);
  t.equal(new Set(numbers).size, numbers.length);
  t.same(
    reports.map(({ seq }) => seq).sort((a, b) => a - b),
    reports.map((_, at) => at + 1),
    'without a gap',
  );
  t.ok((await story.heard(station, 'thon-1', programme)) >= 0.95, 'an outage of the link does not disturb the airing');
});

test('an order that a station missed while it was away is pulled from the index', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const station = await story.station({ station: 'away' });
  const programme = await story.programme(1);
  await station.agent.stop();
  await until('the centre to know', async () => {
    const { stations } = (await story.get('/api/stations')) as { stations: { state: string; birth: Birth }[] };
    return stations.every(({ state, birth }) => state === 'offline' && birth.plain === undefined);
  });
  const order = await story.order(programme, { to: { stations: ['away'] } });
  const cancelled = await story.order(programme, { to: { stations: ['away'] }, zones: ['thon-2'] });
  await story.post(`/api/orders/${cancelled.id}/cancel`, {});
  station.agent.start();
  t.match(await story.outcome(order, 'away'), { outcome: 'aired' });
  t.same(await story.reports(cancelled, 'away'), [], 'what was cancelled meanwhile is not even booked');
});

test('it does not matter who starts first', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const waiting = await story.station({ station: 'first' });
  await waiting.agent.stop();
  await story.restartCentre(async () => {
    waiting.agent.start();
    await waiting.agent.child?.line((line) => line.includes('link-retry') || undefined, 120_000);
  });
  await story.online('first');
  const programme = await story.programme(1);
  const order = await story.order(programme, { to: { stations: ['first'] } });
  t.match(await story.outcome(order, 'first'), { outcome: 'aired' });
});

test('a link that is cut and frozen delays reports and loses none', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const link = await startLink(story.centre.mqttUrl);
  t.teardown(() => link.close());
  const station = await story.station({ station: 'remote', brokerUrl: link.url });
  const programme = await story.programme(3);
  const order = await story.order(programme, { to: { stations: ['remote'] } });
  await until('sound', () => station.loudspeaker.timeline.events.some(({ what }) => what === 'sound-started'));
  await link.cut();
  await until('the end', () => station.loudspeaker.timeline.events.some(({ what }) => what === 'sound-ended'));
  await link.restore();
  t.match(await story.outcome(order, 'remote'), { outcome: 'aired' });
  const outcomes = (await story.reports(order, 'remote')).map(({ outcome }) => outcome);
  t.same(outcomes, ['accepted', 'ready', 'airing', 'aired']);
});
