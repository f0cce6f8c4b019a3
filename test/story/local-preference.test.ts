import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import type { Status } from '../../agent/control/status.ts';
import { isLast } from '../../protocol/report.ts';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../agent/main.js', import.meta.url));

async function setUp(t: Test) {
  const trouble = await Trouble.begin(t);
  const agent = async (...command: string[]) =>
    (await run(process.execPath, [program, ...command, '--config', trouble.station.configuration])).stdout;
  const status = async () => JSON.parse(await agent('status', '--json')) as Status;
  return { trouble, agent, status };
}

test('[P-78] the commune’s operator decides which priority order goes first', async (t) => {
  const { trouble, agent, status } = await setUp(t);
  // Long enough for every command here, however busy the machine.
  const long = await trouble.programme(120, 300);
  const short = await trouble.programme(2, 900);
  const issued = (second: number) => new Date(Date.now() - 60_000 + second * 1_000).toISOString();
  const priority = (second: number) => ({ priority: 'priority' as const, issuedAt: issued(second) });

  const hearing = await trouble.listen();
  const first = await trouble.order(long, priority(1));
  await hearing.started();
  const second = await trouble.order(short, priority(2));
  const third = await trouble.order(short, priority(3));
  const routine = await trouble.order(short, { issuedAt: issued(0) });
  await until('all to wait', async () => (await status()).booked.length === 3);

  await t.test('what cannot be told or put in order is declined, by what was typed', async (t) => {
    const declined = (...ids: string[]) => agent('prefer', ...ids).catch(({ code, stderr }) => ({ code, stderr }));
    t.match(await declined(third.id, 'ffff', '0', routine.id, third.id), {
      code: 1,
      stderr: new RegExp(
        `ffff: không có lệnh nào[^]*0: nhiều lệnh[^]*${routine.id}: không phải lệnh ưu tiên[^]*${third.id}: ghi hai lần`,
      ),
    });
    t.match(await declined(), { code: 2, stderr: /prefer MÃ-LỆNH/ });
    t.match(await declined('--none', third.id), { code: 2 });
    t.same((await status()).preferred, [], 'nothing was changed');
  });

  t.match(await agent('prefer', third.id.toUpperCase().slice(0, -1)), /Thứ tự ưu tiên do xã đặt:\n {2}1\. «/);
  t.match(await trouble.outcome(first), { outcome: 'preempted' });
  for (const order of [third, second, routine]) t.match(await trouble.outcome(order), { outcome: 'aired' });
  const ends = trouble.centre.reports.filter(isLast).sort((a, b) => a.seq - b.seq);
  t.same(
    ends.map(({ order }) => order?.id),
    [first, third, second, routine].map(({ id }) => id),
    'then by issue again, and the routine one last though it was issued first',
  );
  t.ok((await hearing.heard('thon-1', short)) >= 0.95);
  t.same((await status()).preferred, [], 'what has ended is not shown any more');
});

test('the operator’s order outlives a power cut, and is cleared by name', async (t) => {
  const { trouble, agent, status } = await setUp(t);
  const programme = await trouble.programme(1);
  const at = { type: 'at' as const, instants: [new Date(Date.now() + 3_000_000).toISOString()] };
  const one = await trouble.order(programme, { priority: 'priority', when: at });
  const other = await trouble.order(programme, { priority: 'priority', when: at });
  await until('both to wait', async () => (await status()).booked.length === 2);
  await agent('prefer', other.id, one.id);
  await trouble.station.agent.kill();
  trouble.station.agent.start();
  await trouble.station.agent.online();
  t.match(await status(), { preferred: [{ order: other.id, title: other.title }, { order: one.id }] });
  t.match(await agent('prefer', '--none', '--lang', 'en'), /Airings that wait/);
  t.same((await status()).preferred, []);
});
