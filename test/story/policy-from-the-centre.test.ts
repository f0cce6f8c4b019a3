import { test } from 'tap';
import { Story } from '../support/story.ts';
import { until } from '../support/until.ts';

test('[P-76] quiet hours that the centre sets hold at a station that runs, and at one that was away', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const programme = await story.programme(1);
  const [, away] = await Promise.all([story.station({ station: 'here' }), story.station({ station: 'away' })]);
  const waiting = async () => ((await story.get('/api/policy')) as { waiting: string[] }).waiting;
  await away.agent.stop();
  await story.post('/api/policy', { policy: { quietHours: [{ from: '00:00', to: '00:00' }] } });
  await until('the station that runs to keep to it', async () => (await waiting()).join() === 'away');

  const routine = await story.order(programme);
  const refusal = { code: 'quiet-hours', fields: [{ path: 'centre.quietHours' }] };
  t.match(await story.outcome(routine, 'here'), { outcome: 'rejected', occurrence: 'now', refusal });
  away.agent.start();
  t.match(await story.outcome(routine, 'away'), { outcome: 'rejected', occurrence: 'now', refusal });
  await until('it to have said that it keeps to it', async () => (await waiting()).length === 0);
  t.same(away.controller.timeline.filter(({ what }) => what === 'relay').length, 0, 'no relay has moved');

  const emergency = await story.order(programme, { priority: 'emergency' });
  for (const station of ['here', 'away']) t.match(await story.outcome(emergency, station), { outcome: 'aired' });
  await story.restartCentre();
  await story.post('/api/policy', { policy: null });
  await until('both to know that nothing is set any more', async () => (await waiting()).length === 0);
  const again = await story.order(programme);
  for (const station of ['here', 'away']) t.match(await story.outcome(again, station), { outcome: 'aired' });
});
