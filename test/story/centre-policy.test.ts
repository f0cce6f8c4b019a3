import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import type { History, Status } from '../../agent/control/status.ts';
import type { CentreConfiguration } from '../../protocol/configuration.ts';
import type { Policy } from '../../protocol/policy.ts';
import { makeKey } from '../support/puppet-centre.ts';
import { type Hearing, Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../agent/main.js', import.meta.url));
const STATION = 'dai-dong';
const none: Policy = { timeZone: 'Asia/Ho_Chi_Minh', quietHours: [], volumeCeilings: [] };
const allDay: Policy = { ...none, quietHours: [{ from: '00:00', to: '00:00' }] };
const ceiling = (percent: number): Policy => ({ ...none, volumeCeilings: [{ percent }] });

const agent = async (trouble: Trouble, ...command: string[]) =>
  (await run(process.execPath, [program, ...command, '--config', trouble.station.configuration])).stdout;

/** Sets it and waits until the station says that it keeps to it. */
async function set(trouble: Trouble, version: number, policies: CentreConfiguration['policies']): Promise<void> {
  await trouble.centre.configure(STATION, version, policies);
  await until(`birth with ${version}`, () => trouble.centre.births.at(-1)?.configuration === version);
}

/** The loudest sample that a zone heard. */
async function peak(hearing: Hearing): Promise<number> {
  return (await hearing.sound('thon-1')).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

test('[P-77] what the centre sets is kept to, also by what waits already, and outlives a power cut', async (t) => {
  const trouble = await Trouble.begin(t);
  const programme = await trouble.programme(1);
  t.equal(trouble.centre.births.at(-1)?.configuration, undefined, 'nothing is set at first');
  t.equal(trouble.centre.births.at(-1)?.plain, undefined, 'the link is encrypted');
  const soon = new Date(Date.now() + 4_000).toISOString();
  const waiting = await trouble.order(programme, { when: { type: 'at', instants: [soon] } });
  await trouble.outcome(waiting, 'ready');
  await set(trouble, 3, { all: allDay });
  const refusal = { code: 'quiet-hours', fields: [{ path: 'centre.quietHours' }] };
  t.match(await trouble.outcome(await trouble.order(programme)), { outcome: 'rejected', refusal });
  t.match(await trouble.outcome(waiting), { outcome: 'rejected', occurrence: soon, refusal }, 'booked before');
  t.match(await trouble.outcome(await trouble.order(programme, { priority: 'priority' })), { outcome: 'rejected' });
  t.match(await trouble.outcome(await trouble.order(programme, { priority: 'emergency' })), { outcome: 'aired' });

  await trouble.station.agent.kill();
  const births = trouble.centre.births.length;
  trouble.station.agent.start();
  await until('the birth', () => trouble.centre.births.length > births);
  t.equal(trouble.centre.births.at(-1)?.configuration, 3);
  t.match(await trouble.outcome(await trouble.order(programme)), { outcome: 'rejected', refusal });
  t.match(JSON.parse(await agent(trouble, 'status', '--json')) as Status, {
    policies: { station: undefined, centre: { version: 3, all: { quietHours: [{ from: '00:00', to: '00:00' }] } } },
  });
  t.match(
    await agent(trouble, 'status'),
    /Chính sách của đài: không giới hạn\nChính sách của trung tâm cho mọi đài .*: giữ yên tĩnh 00:00–00:00\n/,
  );
  t.match(await agent(trouble, 'history'), /trong giờ giữ yên tĩnh \(chính sách của trung tâm: 00:00–00:00/);
  t.match(await agent(trouble, 'history', '--lang', 'en'), /quiet hours \(the centre's policy/);

  await set(trouble, 4, {});
  t.match(await trouble.outcome(await trouble.order(programme)), { outcome: 'aired' }, 'what is set no more');
  const { airings } = JSON.parse(await agent(trouble, 'history', '--json')) as History;
  t.match(airings[0], { state: 'aired', because: undefined });
});

test('[P-75] a configuration that is not right is reported by its code and changes nothing', async (t) => {
  const trouble = await Trouble.begin(t);
  const { centre } = trouble;
  const programme = await trouble.programme(1);
  await set(trouble, 5, { station: allDay });
  const stranger = await makeKey('stranger');
  const impostor = { ...stranger, kid: centre.signer.kid };
  const forElse = await centre.configure('tan-tien', 6, {});
  await centre.command(STATION, forElse);
  const order = await centre.order('nobody', trouble.draft(programme));
  await centre.command(STATION, order);
  const cases: [string, Uint8Array, string][] = [
    ['forged', await centre.configure(STATION, 6, {}, impostor), 'bad-signature'],
    ['by a stranger', await centre.configure(STATION, 6, {}, stranger), 'unknown-key'],
    ['for another station', forElse, 'not-addressed'],
    ['older', await centre.configure(STATION, 4, {}), 'superseded'],
    ['an order where a configuration belongs', order, 'wrong-type'],
  ];
  for (const [name, bytes, code] of cases) {
    const message = createHash('sha256').update(bytes).digest('hex');
    const report = await until(name, () => centre.reports.find((each) => each.message === message));
    t.match(report, { outcome: 'rejected', refusal: { code } }, name);
  }
  t.match(await trouble.raised('forged'), /a message was refused/);
  t.match(await trouble.outcome(await trouble.order(programme)), { refusal: { code: 'quiet-hours' } }, 'it stands');
  t.equal(centre.births.at(-1)?.configuration, 5);
});

test('[P-77] the stricter of two ceilings is what is heard', async (t) => {
  const trouble = await Trouble.begin(t, { configuration: { policy: { volumeCeilings: [{ percent: 50 }] } } });
  const programme = await trouble.programme(1);
  const heard = async () => {
    const hearing = await trouble.listen();
    t.match(await trouble.outcome(await trouble.order(programme, { priority: 'emergency' })), { outcome: 'aired' });
    return peak(hearing);
  };
  const own = await heard();
  await set(trouble, 1, { all: ceiling(80) });
  t.match(await heard(), own, 'the station allows less than the centre');
  await set(trouble, 2, { all: ceiling(80), station: ceiling(20) });
  const stricter = await heard();
  const decibels = 20 * Math.log10(stricter / own);
  // Volume is squared: half of it is -12 dB.
  t.ok(Math.abs(decibels - 40 * Math.log10(20 / 50)) < 0.5, `${own} → ${stricter}: ${decibels} dB`);
});
