import { readdir, readFile } from 'node:fs/promises';
import { test } from 'tap';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

test('a sound card that fails', async (t) => {
  const trouble = await Trouble.begin(t);
  const { player } = trouble.station.loudspeaker;
  const programme = await trouble.programme(3, 500);
  const short = await trouble.programme(1, 700);
  const airs = async () => (await trouble.outcome(await trouble.order(short))).outcome;
  const agent = () => trouble.station.agent.child?.pid ?? 0;

  await t.test('busy: bounded tries, never confirmed, an alarm, and back', async (t) => {
    await player.setBusy(true);
    // The player that waits has the card open already, as a real one would.
    t.equal(await airs(), 'aired');
    await trouble.raised('sound-card');
    const order = await trouble.order(short);
    t.match(await trouble.outcome(order), { outcome: 'failed', refusal: { code: 'sound-card-failed' } });
    t.notOk(trouble.centre.reports.some(({ evidence, order: of }) => of?.id === order.id && evidence?.played));
    await trouble.silent();
    const emergency = await trouble.order(short, { priority: 'emergency' });
    await trouble.outcome(emergency, 'airing');
    await player.setBusy(false);
    t.match(await trouble.outcome(emergency), { outcome: 'aired' }, 'the warning sounds when the card is back');
    await trouble.cleared('sound-card');
    t.equal(await airs(), 'aired');
  });

  await t.test('the player dies on air: what was heard is reported, and no more', async (t) => {
    const hearing = await trouble.listen();
    const order = await trouble.order(programme);
    await hearing.started();
    await killPlayers(agent());
    const report = await trouble.outcome(order);
    t.match(report, { outcome: 'failed', refusal: { code: 'sound-card-failed' } });
    t.ok((report.evidence?.played?.ms ?? 0) < 3_000);
    await trouble.silent();
    await trouble.raised('sound-card');
    t.equal(await airs(), 'aired');
    await trouble.cleared('sound-card');
  });

  await t.test('the player dies on air: an emergency begins again', async (t) => {
    const hearing = await trouble.listen();
    const order = await trouble.order(programme, { priority: 'emergency' });
    await hearing.started();
    await killPlayers(agent());
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    t.ok((await hearing.heard('thon-2', programme)) >= 0.95);
    t.same(trouble.finals(order), ['aired']);
  });

  await t.test('the player takes no more sound', async (t) => {
    const hearing = await trouble.listen();
    const order = await trouble.order(programme);
    await hearing.started();
    const [pid = 0] = await players(agent());
    process.kill(pid, 'SIGSTOP');
    const { outcome, refusal } = await trouble.outcome(order);
    t.equal(outcome, 'failed');
    t.ok(['sound-card-failed', 'lease-lost'].includes(refusal?.code ?? ''), `${refusal?.code}`);
    await trouble.silent();
    t.equal(await airs(), 'aired', 'it was ended and another one opened the card');
  });
});

/** The players that the agent has started and that still run. */
async function players(agent: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${agent}/task`);
  const children = await Promise.all(
    threads.map((thread) => readFile(`/proc/${agent}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  const found: number[] = [];
  for (const pid of children.join(' ').split(' ').filter(Boolean).map(Number)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('sound-card.sock')) found.push(pid);
  }
  return found;
}

async function killPlayers(agent: number): Promise<void> {
  const found = await until('a player', async () => {
    const running = await players(agent);
    return running.length > 0 && running;
  });
  for (const pid of found) process.kill(pid, 'SIGKILL');
}
