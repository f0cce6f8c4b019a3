import { test } from 'tap';
import { faketime, noFaketime } from '../support/faketime.ts';
import { Story } from '../support/story.ts';

test('a board whose clock says 1970 reaches its centre by TLS, learns the time and airs', {
  skip: noFaketime,
}, async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const back = Math.round(Date.now() / 1_000) - 300;
  const station = await story.station({ station: 'dai-dong', environment: faketime({ FAKETIME: `-${back}s` }) });
  const programme = await story.programme(1);
  const report = await story.outcome(await story.order(programme), 'dai-dong');
  t.match(report, { outcome: 'aired', clock: 'trusted' });
  t.ok(Math.abs(Date.parse(report.at) - Date.now()) < 60_000, report.at);
  t.ok((await story.heard(station, 'thon-1', programme)) >= 0.95);
});
