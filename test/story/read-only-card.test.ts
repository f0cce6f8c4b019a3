import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import { foundMemoryFolders } from '../../agent/card/memory-folder.ts';
import type { Status } from '../../agent/control/status.ts';
import type { Report } from '../../protocol/report.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import { mountSmallDisk, NEEDS_ROOT, type SmallDisk } from '../support/small-disk.ts';
import { type Booked, Story } from '../support/story.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../agent/main.js', import.meta.url));
const mounted = await mountSmallDisk(64);
const ID = 'read-only';
const to = { stations: [ID] };

const soundsOf = (station: VirtualStation) =>
  station.loudspeaker.timeline.events.filter((event) => event.what === 'sound-started' && event.zone === 'thon-1')
    .length;

/** Waits until the running agent's journal is in order, as its log says. */
async function settled(station: VirtualStation): Promise<void> {
  await station.agent.child?.line((line) => line.includes('journal-settled') || undefined, 120_000);
}

test('a station whose card can only be read', { skip: mounted === undefined && NEEDS_ROOT }, async (t) => {
  const disk = mounted as SmallDisk;
  t.teardown(() => disk.close());
  const remount = (how: 'ro' | 'rw') => run('mount', ['-o', `remount,${how}`, disk.path]);
  const story = await Story.begin();
  t.teardown(() => story.close());
  const state = join(story.folder, ID, 'state');
  await mkdir(join(story.folder, ID));
  await mkdir(join(disk.path, 'state'));
  await symlink(join(disk.path, 'state'), state);
  const station = await story.station({ station: ID, transport: 'tcp' });
  const agent = (...command: string[]) =>
    run(process.execPath, [program, ...command, '--config', station.configuration]);
  const alarm = async () => {
    const { stations } = (await story.get('/api/stations')) as {
      stations: { station: string; alarms: Record<string, { severity: string; detail: string }> }[];
    };
    return stations.find((each) => each.station === ID)?.alarms.journal;
  };
  const recordingsIn = async (folder: string | undefined) => readdir(join(folder ?? '', 'cache'));
  const programme = await story.programme(1);
  const another = await story.programme(1, 500);
  const aired: Booked[] = [];
  const air = async (what: typeof programme, fields = {}) => {
    const order = await story.order(what, { to, ...fields });
    t.match(await story.outcome(order, ID), { outcome: 'aired' });
    aired.push(order);
    t.equal(soundsOf(station), aired.length, 'and nothing else was heard');
  };

  await air(programme);
  const waiting = await story.order(programme, {
    to,
    when: { type: 'at', instants: [new Date(Date.now() + 600_000).toISOString()] },
  });
  await until('it to be ready', async () =>
    (await story.reports(waiting, ID)).some(({ outcome }) => outcome === 'ready'),
  );
  const key = await readFile(join(state, 'station-key.json'), 'utf8');

  await t.test('another agent that cannot write there is kept out', async (t) => {
    const view = join(story.folder, 'view');
    await mkdir(view);
    await run('mount', ['--bind', join(disk.path, 'state'), view]);
    t.teardown(() => run('umount', [view]));
    await run('mount', ['-o', 'remount,bind,ro', view]);
    const configuration = join(story.folder, 'second.toml');
    await writeFile(configuration, (await readFile(station.configuration, 'utf8')).replace(state, view));
    const second = run(process.execPath, [program, 'run', '--config', configuration], { timeout: 30_000 });
    await t.rejects(second, { code: 1, stderr: /đang chạy với cấu hình này/ });
  });

  await station.agent.stop();
  const card = await readdir(state);
  await remount('ro');
  station.agent.start();
  await settled(station);

  await t.test('it runs from memory, airs and says so', async (t) => {
    await air(programme, { priority: 'emergency' });
    await air(another);
    t.ok((await story.heard(station, 'thon-1', programme)) > 0.9);
    t.match(await until('the alarm', alarm), { severity: 'critical', detail: /EROFS.*runs from memory/ });
    const [folder] = await foundMemoryFolders(state);
    const fetched = await recordingsIn(folder);
    t.notOk(fetched.includes(programme.sha256), 'what the card holds is used from there');
    t.ok(fetched.includes(another.sha256));
    t.match((await agent('status')).stdout, /KHÔNG GHI ĐƯỢC VÀO THẺ NHỚ/);
    const { booked } = JSON.parse((await agent('status', '--json')).stdout) as Status;
    t.same(
      booked.map(({ order }) => order),
      [waiting.id],
      'what waits is booked again',
    );
    await t.rejects(agent('run'), { code: 1, stderr: /đang chạy với cấu hình này/ });
    t.same(await readdir(state), card, 'the card is as it was');
  });

  await t.test('it dies and is started on the same card', async () => {
    await station.agent.kill();
    station.agent.start();
    await settled(station);
    await air(another, { priority: 'emergency' });
  });

  await t.test('it dies, and the card can be written again', async (t) => {
    await station.agent.kill();
    await remount('rw');
    station.agent.start();
    await settled(station);
    await air(programme);
    await until('the alarm to end', async () => (await alarm()) === undefined);
    t.same(await foundMemoryFolders(state), [], 'memory is given back');
    t.equal(await readFile(join(state, 'station-key.json'), 'utf8'), key);
  });

  await t.test('memory is given back when it is stopped, too', async (t) => {
    await station.agent.stop();
    await remount('ro');
    station.agent.start();
    await settled(station);
    await air(programme);
    await until('nothing to wait', async () => {
      const { waitingReports } = JSON.parse((await agent('status', '--json')).stdout) as Status;
      return waitingReports === 0;
    });
    await station.agent.stop();
    t.same(await foundMemoryFolders(state), []);
  });

  for (const order of aired) {
    t.same(
      (await story.reports(order, ID)).map(({ outcome }) => outcome),
      ['accepted', 'ready', 'airing', 'aired'],
    );
  }
  const { unreadable } = (await story.get(`/api/reports?station=${ID}`)) as {
    reports: Report[];
    unreadable: unknown[];
  };
  t.same(unreadable, [], 'no number was used twice');
});
