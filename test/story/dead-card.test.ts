import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const noPrlimit = existsSync('/usr/bin/prlimit') ? false : 'prlimit (util-linux) is not installed';

test('[P-95] a card that takes nothing any more', { skip: noPrlimit }, async (t) => {
  const program = fileURLToPath(new URL('../support/agent-on-a-bad-card.js', import.meta.url));
  const trouble = await Trouble.begin(t, { program });
  const cached = await trouble.programme(1, 500);
  const other = await trouble.programme(12, 610);
  t.match(await trouble.outcome(await trouble.order(cached)), { outcome: 'aired' });
  t.match(await trouble.outcome(await trouble.order(other)), { outcome: 'aired' });
  /** From now on the agent's writes to files fail, or do not any more. */
  const card = (takes: boolean) =>
    run('prlimit', ['--pid', `${trouble.station.agent.child?.pid}`, `--fsize=${takes ? 'unlimited' : '0'}:unlimited`]);
  await card(false);
  const lost = trouble.draft(cached);
  await until('the alarm', async () => {
    // As the index would, should a connection have ended meanwhile.
    await trouble.centre.order('dai-dong', lost);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return trouble.alarm('journal');
  });

  await t.test('a warning sounds all the same, once, and is reported', async (t) => {
    const order = trouble.draft(cached, { priority: 'emergency' });
    for (let time = 0; time < 3; time++) await trouble.centre.order('dai-dong', order);
    t.match(await trouble.outcome(order), { outcome: 'aired', evidence: { grade: 'sounded' } });
    for (let time = 0; time < 3; time++) await trouble.centre.order('dai-dong', order);
    const last = await trouble.order(cached, { priority: 'emergency' });
    t.match(await trouble.outcome(last), { outcome: 'aired' });
    t.same(trouble.outcomes(order), ['accepted', 'ready', 'airing', 'aired']);
    t.match(trouble.alarm('journal'), /.+/);
  });

  await t.test('and is silenced by its cancellation', async (t) => {
    const order = await trouble.order(other, { priority: 'emergency' });
    await trouble.outcome(order, 'airing');
    await until('a relay', () => trouble.closed.some((closed) => closed));
    await trouble.centre.cancel('dai-dong', order);
    t.match(await trouble.outcome(order), { outcome: 'cancelled' });
    await trouble.silent();
  });

  await t.test('all of it is written once the card takes it again', async (t) => {
    t.same(trouble.outcomes(lost), [], 'what could not be remembered was not begun');
    await card(true);
    const order = await trouble.order(cached);
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    await trouble.cleared('journal');
    await trouble.station.agent.kill();
    trouble.station.agent.start();
    await trouble.station.agent.online();
    const next = await trouble.order(cached, { priority: 'emergency' });
    t.match(await trouble.outcome(next), { outcome: 'aired' });
    const numbers = trouble.centre.reports.map(({ seq }) => seq).sort((a, b) => a - b);
    t.same(
      numbers,
      numbers.map((_, at) => at + 1),
      'no number was given twice, and none is missing',
    );
  });
});
