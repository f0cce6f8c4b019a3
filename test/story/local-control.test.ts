import { execFile } from 'node:child_process';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import type { History, Status } from '../../agent/control/status.ts';
import { startVirtualStation, type VirtualStation } from '../../simulator/station/station.ts';
import { serve } from '../support/http.ts';
import { makeKey, PuppetCentre } from '../support/puppet-centre.ts';
import { recordTone } from '../support/tone.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../agent/main.js', import.meta.url));
const STATION = 'dai-dong';
const tone = await recordTone(4);
/** Still on air when two commands have run, however busy the machine. */
const long = await recordTone(20);

async function setUp(t: Test) {
  const centre = await PuppetCentre.start();
  t.teardown(() => centre.close());
  const media = await serve(({ url }, response) => response.end(url === '/long' ? long.bytes : tone.bytes));
  t.teardown(() => media.close());
  const station = await startVirtualStation({
    ...(await centre.enrol(STATION, t.testdir({}))),
    name: 'Đài Đại Đồng',
    zones: [{ id: 'thon-1', name: 'Thôn 1', tags: [] }],
    transport: 'pty',
    agent: 'process',
  });
  t.teardown(() => station.close());
  await centre.online(STATION);
  const order = async (changes = {}) => {
    const draft = centre.draft(STATION, {
      programme: [{ type: 'audio', variants: [tone.variant(`${media.url}/a`)] }],
      ...changes,
    });
    await centre.order(STATION, draft);
    return draft;
  };
  const onAir = (changes = {}) =>
    order({ programme: [{ type: 'audio', variants: [long.variant(`${media.url}/long`)] }], ...changes });
  const agent = async (...command: string[]) =>
    (await run(process.execPath, [program, ...command, '--config', station.configuration])).stdout;
  const status = async () => JSON.parse(await agent('status', '--json')) as Status;
  return { centre, station, order, onAir, agent, status };
}

const sounding = (station: VirtualStation) => () => station.controller.state().closed.some(Boolean);
const silent = (station: VirtualStation) => () => station.controller.state().closed.every((closed) => !closed);

test('a local stop silences all but emergencies until it is over, and is reported', async (t) => {
  const { centre, station, order, onAir, agent, status } = await setUp(t);
  const routine = await onAir({ onInterrupt: 'restart' });
  await until('sound', sounding(station));
  t.match(await status(), {
    onAir: { title: routine.title, state: 'airing' },
    stopped: false,
    link: 'up',
    centre: 'online',
  });
  t.match(await agent('stop'), /DỪNG/);
  await until('silence', silent(station));
  t.match(await centre.outcome(routine, 'interrupted'), { continues: true, refusal: { code: 'stopped' } });

  const emergency = await order({ priority: 'emergency' });
  t.match(await centre.outcome(emergency), { outcome: 'aired' }, 'an emergency is preferred to the stop');
  t.match(await status(), { stopped: true, booked: [{ title: routine.title }], alarms: [{ name: 'override' }] });

  await station.agent.stop();
  station.agent.start();
  await station.agent.online();
  t.match(await status(), { stopped: true }, 'a restart does not end it');
  t.match(await agent('resume', '--lang', 'en'), /Silent|On air/);
  t.match(await centre.outcome(routine), { outcome: 'aired' });
  const history = JSON.parse(await agent('history', '--json')) as History;
  t.same(
    history.airings.map(({ state, grade }) => [state, grade]),
    [
      ['aired', 'sounded'],
      ['aired', 'sounded'],
    ],
  );
});

test('the stop at the controller does the same, with the network unplugged', async (t) => {
  const { centre, station, onAir, status } = await setUp(t);
  const routine = await onAir();
  await until('sound', sounding(station));
  await centre.close();
  station.controller.faults.override(true);
  await until('silence', silent(station));
  t.match(await status(), { stopped: true, link: 'down', onAir: undefined });
  station.controller.faults.override(false);
  await until('the end of the stop', async () => !(await status()).stopped);
  t.ok(routine);
});

test('the station’s own policy refuses what its centre orders, in words and by its code', async (t) => {
  const { centre, station, order } = await setUp(t);
  await station.agent.stop();
  const all = '[policy]\nquietHours = [{ from = "00:00", to = "00:00" }]\nvolumeCeilings = [{ percent = 50 }]\n';
  const plain = await readFile(station.configuration, 'utf8');
  await appendFile(station.configuration, `\n${all}`);
  station.agent.start();
  await station.agent.online();
  const routine = await order();
  t.match(await centre.outcome(routine), { outcome: 'rejected', occurrence: 'now', refusal: { code: 'quiet-hours' } });
  const emergency = await order({ priority: 'emergency' });
  const aired = await centre.outcome(emergency);
  t.match(aired, { outcome: 'aired' });
  await station.agent.stop();

  await writeFile(station.configuration, `${plain}\n[policy]\ndailyMinutes = 0\n`);
  station.agent.start();
  await station.agent.online();
  t.match(await centre.outcome(await order()), { outcome: 'rejected', refusal: { code: 'quota-used' } });
  const louder = await centre.outcome(await order({ priority: 'emergency' }));
  const difference = (louder.evidence?.played?.peakDb ?? 0) - (aired.evidence?.played?.peakDb ?? 0);
  t.ok(Math.abs(difference - 12) < 1, `the ceiling of 50 % took ${difference} dB`);
});

test('what is refused as a whole is shown with its reason; what nobody signed is not', async (t) => {
  const { centre, order, agent, status } = await setUp(t);
  const wrong = await order({ zones: ['thon-9'] });
  t.match(await centre.outcome(wrong), { outcome: 'rejected', refusal: { code: 'unknown-zone' } });
  const forged = centre.draft(STATION, { programme: wrong.programme, title: 'Lệnh giả' });
  await centre.order(STATION, forged, await makeKey('stranger'));
  await until('the alarm', async () => (await status()).alarms.some(({ name }) => name === 'forged'));
  const refused = [{ order: wrong.id, state: 'rejected', code: 'unknown-zone', zones: ['thon-9'] }];
  t.match(await status(), { refused });
  t.equal((await status()).refused.length, 1);
  t.match(JSON.parse(await agent('history', '--json')), { airings: refused });
  t.match(await agent('status'), /Bị từ chối trong một ngày qua:\n.*«Thử loa».*lý do: đài không có cụm loa này/);
  t.match(await agent('history', '--lang', 'en'), /«Thử loa» — rejected.*reason: the station has no such zone/);
});

test('a daily order is shown while its next occurrence is days away', async (t) => {
  const { centre, order, agent, status } = await setUp(t);
  const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString();
  const when = { type: 'daily', times: ['05:00'], from: days(3).slice(0, 10), timeZone: 'Asia/Ho_Chi_Minh' } as const;
  const daily = await order({ when: { ...when, times: [...when.times] }, expiresAt: days(30) });
  await centre.outcome(daily, 'accepted');
  const next = new Date(`${when.from}T05:00:00+07:00`).toISOString();
  t.match(await status(), { booked: [], daily: [{ order: daily.id, times: ['05:00'], from: when.from, next }] });
  t.match(await agent('status'), /Lệnh phát định kỳ còn hiệu lực:\n {2}«Thử loa».*05:00 hằng ngày từ .*lần tới: \d/);
});

test('a screen that does not hold everything says how much more there is', async (t) => {
  const { centre, order, agent, status } = await setUp(t);
  const instants = Array.from({ length: 60 }, (_, n) => new Date(Date.now() + 3_600_000 + n * 1_000).toISOString());
  const many = await order({
    when: { type: 'at', instants },
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  await centre.outcome(many, 'accepted');
  const { booked, totals } = await status();
  t.equal(booked.length, 50);
  t.same(totals, { booked: 60, daily: 0, refused: 0 });
  t.match(await agent('status'), /\n {2}… còn 10 mục nữa\n/);
  await centre.cancel(STATION, many);
  await centre.outcome(many, 'cancelled');
  const history = JSON.parse(await agent('history', '--json')) as History;
  t.same([history.airings.length, history.total], [50, 60]);
  t.match(await agent('history', '--lang', 'en'), /\n… and 10 more\n$/);
});

test('a command without a running agent says so', async (t) => {
  const { station } = await setUp(t);
  await station.agent.stop();
  await t.rejects(run(process.execPath, [program, 'status', '--config', station.configuration]), {
    code: 1,
    stderr: /Không có chương trình nào/,
  });
});
