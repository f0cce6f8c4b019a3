import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import type { Status } from '../../agent/control/status.ts';
import type { Report } from '../../protocol/report.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import { Story } from '../support/story.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../agent/main.js', import.meta.url));
const STATIONS = ['stays', 'away'];

/** Waits until the centre has acknowledged everything that this station has to tell. */
const allTold = (station: VirtualStation) =>
  until('nothing to wait to be reported', async () => {
    const command = [program, 'status', '--json', '--config', station.configuration];
    const status = JSON.parse((await run(process.execPath, command)).stdout) as Status;
    return status.waitingReports === 0;
  });

const soundsOf = (station: VirtualStation) =>
  station.loudspeaker.timeline.events.filter((event) => event.what === 'sound-started' && event.zone === 'thon-1')
    .length;

test('[P-71] a centre whose database is put back to an earlier copy hears all that follows', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const [stays, away] = [
    await story.station({ station: 'stays', transport: 'tcp' }),
    await story.station({ station: 'away', transport: 'tcp' }),
  ];
  const to = { stations: STATIONS };
  const [short, long] = [await story.programme(1), await story.programme(8, 500)];
  const reportsOf = async (station: string) =>
    ((await story.get(`/api/reports?station=${station}`)) as { reports: Report[] }).reports;
  const outcomesOf = async (station: string, { id }: { id: string }) =>
    (await reportsOf(station)).filter(({ order }) => order?.id === id).map(({ outcome }) => outcome);
  const database = join(story.centreData, 'database');
  const copy = join(story.folder, 'copy');

  const before = await story.order(short, { to });
  for (const station of STATIONS) t.match(await story.outcome(before, station), { outcome: 'aired' });
  await Promise.all([allTold(stays), allTold(away)]);
  await story.restartCentre(() => cp(database, copy, { recursive: true }));
  for (const station of STATIONS) await story.online(station);

  const lost = await story.order(short, { to });
  for (const station of STATIONS) t.match(await story.outcome(lost, station), { outcome: 'aired' });
  await Promise.all([allTold(stays), allTold(away)]);
  await away.agent.stop();
  const onAir = await story.order(long, { to: { stations: ['stays'] }, priority: 'emergency' });
  await until('sound', () => soundsOf(stays) === 3);
  await story.restartCentre(async () => {
    await rm(database, { recursive: true });
    await cp(copy, database, { recursive: true });
  });
  away.agent.start();
  for (const station of STATIONS) await story.online(station);
  const after = await story.order(short, { to });
  for (const station of STATIONS) t.match(await story.outcome(after, station), { outcome: 'aired' });
  await Promise.all([allTold(stays), allTold(away)]);

  t.ok((await outcomesOf('stays', onAir)).includes('aired'), 'what was on air went on');
  for (const station of STATIONS) {
    for (const order of [before, after]) {
      t.same(await outcomesOf(station, order), ['accepted', 'ready', 'airing', 'aired'], 'once each');
    }
    const reports = await reportsOf(station);
    for (const epoch of new Set(reports.map((report) => report.epoch))) {
      const numbers = reports.filter((report) => report.epoch === epoch).map(({ seq }) => seq);
      t.same(
        numbers,
        numbers.map((_, at) => at + 1),
        'without a gap',
      );
    }
  }
  t.same([soundsOf(stays), soundsOf(away)], [4, 3], 'nothing is aired again');
});
