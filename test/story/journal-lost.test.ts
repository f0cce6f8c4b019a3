import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import type { Report } from '../../protocol/report.ts';
import type { VirtualStation } from '../../simulator/station/station.ts';
import { Story } from '../support/story.ts';
import { until } from '../support/until.ts';

const soundsOf = (station: VirtualStation) =>
  station.loudspeaker.timeline.events.filter((event) => event.what === 'sound-started' && event.zone === 'thon-1')
    .length;

const outcomesOf = (reports: readonly Report[]) => reports.map(({ outcome }) => outcome);

const isFile = (path: string): boolean => !path.endsWith('.sock');

/** Waits until the station's journal is in order, as its log says. */
async function settled(station: VirtualStation): Promise<void> {
  await station.agent.child?.line((line) => line.includes('journal-settled') || undefined, 120_000);
}

test('a journal that is lost: what has ended is not aired again, what began ends', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const station = await story.station({ station: 'forgets', transport: 'tcp' });
  const journal = join(story.folder, 'forgets', 'state', 'journal');
  const to = { stations: ['forgets'] };
  const short = await story.programme(1);
  const long = await story.programme(8, 500);

  const aired = await story.order(short, { to });
  t.match(await story.outcome(aired, 'forgets'), { outcome: 'aired' });
  const emergency = await story.order(short, { to, priority: 'emergency' });
  t.match(await story.outcome(emergency, 'forgets'), { outcome: 'aired' });
  const cut = await story.order(long, { to, onInterrupt: 'restart' });
  await until('sound', () => soundsOf(station) === 3);
  await until('the centre to know', async () => outcomesOf(await story.reports(cut, 'forgets')).includes('airing'));
  await station.agent.kill();

  await t.test('it is gone', async (t) => {
    await rm(journal, { recursive: true });
    station.agent.start();
    t.match(await story.outcome(cut, 'forgets'), { outcome: 'interrupted' }, 'it may have been heard');
    const next = await story.order(short, { to });
    t.match(await story.outcome(next, 'forgets'), { outcome: 'aired' });
    t.equal(soundsOf(station), 4, 'and nothing else is heard');
    for (const order of [aired, emergency]) {
      t.same(outcomesOf(await story.reports(order, 'forgets')), ['accepted', 'ready', 'airing', 'aired']);
    }
  });

  await t.test('it is damaged', async (t) => {
    await station.agent.kill();
    await writeFile(join(journal, 'CURRENT'), 'MANIFEST-000999\n');
    station.agent.start();
    const next = await story.order(short, { to });
    t.match(await story.outcome(next, 'forgets'), { outcome: 'aired' });
    t.equal(soundsOf(station), 5);
    const { stations } = (await story.get('/api/stations')) as {
      stations: { station: string; alarms: Record<string, { detail: string }> }[];
    };
    t.match(
      stations.find((each) => each.station === 'forgets')?.alarms.journal?.detail,
      /set aside as journal\.broken-/,
    );
    for (const order of [aired, emergency, cut]) {
      t.same(
        (await story.reports(order, 'forgets')).filter((report) => report.continues === undefined).length,
        4,
        'nothing more is said of what had ended',
      );
    }
  });
});

test('an old card image put back', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const station = await story.station({ station: 'put-back', transport: 'tcp' });
  const state = join(story.folder, 'put-back', 'state');
  const image = join(story.folder, 'image');
  const to = { stations: ['put-back'] };
  const programme = await story.programme(1);
  const before = await story.order(programme, { to });
  await story.outcome(before, 'put-back');
  const soon = new Date(Date.now() + 12_000).toISOString();
  const waiting = await story.order(programme, { to, when: { type: 'at', instants: [soon] } });
  await until('it to be ready', async () => outcomesOf(await story.reports(waiting, 'put-back')).includes('ready'));
  await station.agent.stop();
  await cp(state, image, { recursive: true, filter: isFile });

  station.agent.start();
  const after = await story.order(programme, { to });
  const emergency = await story.order(programme, { to, priority: 'emergency' });
  const cancelled = await story.order(programme, {
    to,
    when: { type: 'at', instants: [new Date(Date.now() + 600_000).toISOString()] },
  });
  await until('it to be booked', async () => (await story.reports(cancelled, 'put-back')).length > 0);
  await story.post(`/api/orders/${cancelled.id}/cancel`, {});
  const orders = [before, waiting, after, emergency];
  for (const order of orders) t.match(await story.outcome(order, 'put-back'), { outcome: 'aired' });
  t.match(await story.outcome(cancelled, 'put-back'), { outcome: 'cancelled' });
  const ledger = async () => ((await story.get('/api/reports?station=put-back')) as { reports: Report[] }).reports;
  const written = await ledger();
  const heard = soundsOf(station);
  t.equal(heard, 4);
  await station.agent.kill();

  for (const time of ['once', 'and again']) {
    await t.test(time, async (t) => {
      const sofar = soundsOf(station);
      await rm(state, { recursive: true });
      await cp(image, state, { recursive: true });
      station.agent.start();
      await settled(station);
      const next = await story.order(programme, { to });
      t.match(await story.outcome(next, 'put-back'), { outcome: 'aired' });
      t.equal(soundsOf(station), sofar + 1, 'nothing but the new order is heard');
      const { reports, unreadable } = (await story.get('/api/reports?station=put-back')) as {
        reports: Report[];
        unreadable: unknown[];
      };
      t.same(reports.slice(0, written.length), written, 'the ledger is as it was');
      t.same(unreadable, [], 'and no number was used twice');
      for (const order of orders) {
        t.same(outcomesOf(await story.reports(order, 'put-back')), ['accepted', 'ready', 'airing', 'aired']);
      }
      await station.agent.kill();
    });
  }

  await t.test('the card that was exchanged for it comes back', async (t) => {
    const sofar = soundsOf(station);
    await rm(join(story.folder, 'first'), { recursive: true, force: true });
    await rename(state, join(story.folder, 'first'));
    await cp(join(story.folder, 'first'), state, { recursive: true, filter: isFile });
    await rm(join(state, 'journal'), { recursive: true });
    station.agent.start();
    const second = await story.order(programme, { to });
    t.match(await story.outcome(second, 'put-back'), { outcome: 'aired' });
    await station.agent.kill();
    await rm(state, { recursive: true });
    await rename(join(story.folder, 'first'), state);
    station.agent.start();
    await settled(station);
    const third = await story.order(programme, { to });
    t.match(await story.outcome(third, 'put-back'), { outcome: 'aired' });
    t.equal(soundsOf(station), sofar + 2);
    t.same(outcomesOf(await story.reports(second, 'put-back')), ['accepted', 'ready', 'airing', 'aired']);
    t.ok((await readFile(join(state, 'station-key.json'), 'utf8')).length > 0);
  });
});
