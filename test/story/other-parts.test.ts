import { type Test, test } from 'tap';
import type { Report } from '../../protocol/report.ts';
import { isDigitalSilence } from '../../simulator/hearing/silence.ts';
import { Mosquitto, noMosquitto } from '../support/mosquitto.ts';
import { noPostgres, Postgres } from '../support/postgres.ts';
import { Story } from '../support/story.ts';
import { until } from '../support/until.ts';

/** The same story whatever carries it and keeps it: a routine order preempted, an outage, and reports once each. */
async function tell(t: Test, story: Story, outage: (meanwhile: () => Promise<void>) => Promise<void>) {
  const station = await story.station({ station: 'dai-dong' });
  const endless = await story.programme(30, 500);
  const long = await story.programme(4, 300);
  const short = await story.programme(1, 900);
  const heardSomething = (what: 'sound-started' | 'sound-ended') => () =>
    station.loudspeaker.timeline.events.some((event) => event.what === what);

  const routine = await story.order(endless, { to: { stations: ['dai-dong'] }, zones: ['thon-1', 'thon-2'] });
  await until('sound', heardSomething('sound-started'));
  const emergency = await story.order(short, { priority: 'emergency', zones: ['thon-1'] });
  t.match(await story.outcome(emergency, 'dai-dong'), { outcome: 'aired', evidence: { grade: 'sounded' } });
  t.match(await story.outcome(routine, 'dai-dong'), { outcome: 'preempted' });
  t.ok((await story.heard(station, 'thon-1', short)) >= 0.95);
  t.ok(isDigitalSilence(await story.sound(station, 'thon-3')));

  const sounds = () => station.loudspeaker.timeline.events.filter(({ what }) => what === 'sound-started').length;
  const before = sounds();
  const during = await story.order(long, { to: { stations: ['dai-dong'] }, zones: ['thon-3'] });
  await until('the next sound', () => sounds() > before);
  await outage(() =>
    until('silence', () => station.controller.state().closed.every((closed) => !closed)).then(() => {}),
  );
  t.match(await story.outcome(during, 'dai-dong'), { outcome: 'aired' });
  t.ok((await story.heard(station, 'thon-3', long)) >= 0.95);
  const { reports } = (await story.get('/api/reports?station=dai-dong')) as { reports: Report[] };
  t.same(
    reports.map(({ seq }) => seq).sort((a, b) => a - b),
    reports.map((_, at) => at + 1),
    'every report once',
  );
}

test('the story with Mosquitto in place of the embedded broker, killed on the way', {
  skip: noMosquitto,
}, async (t) => {
  // Plain: the centre, whose authority its certificate would be of, is not there yet. broker/external-tls is about TLS.
  const mosquitto = await Mosquitto.start();
  t.teardown(() => mosquitto.close());
  const story = await Story.begin({ broker: mosquitto.url });
  t.teardown(() => story.close());
  await tell(t, story, async (meanwhile) => {
    await mosquitto.kill();
    await meanwhile();
    await mosquitto.resume();
  });
});

test('the story with PostgreSQL in place of the embedded database', { skip: noPostgres }, async (t) => {
  const postgres = await Postgres.start();
  t.teardown(() => postgres.close());
  const story = await Story.begin({ database: postgres.url });
  t.teardown(() => story.close());
  await tell(t, story, (meanwhile) => story.restartCentre(meanwhile));
});

test('the story with both', { skip: noMosquitto || noPostgres }, async (t) => {
  const [mosquitto, postgres] = await Promise.all([Mosquitto.start(), Postgres.start()]);
  t.teardown(() => Promise.all([mosquitto.close(), postgres.close()]));
  const story = await Story.begin({ broker: mosquitto.url, database: postgres.url });
  t.teardown(() => story.close());
  await tell(t, story, (meanwhile) => story.restartCentre(meanwhile));
});
