import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { foundMemoryFolders } from '../../agent/card/memory-folder.ts';
import { mountSmallDisk, NEEDS_ROOT, type SmallDisk } from '../support/small-disk.ts';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

const mounted = await mountSmallDisk(24);

test('[P-94] a card that is full when the agent starts', { skip: mounted === undefined && NEEDS_ROOT }, async (t) => {
  const disk = mounted as SmallDisk;
  t.teardown(() => disk.close());
  const state = join(disk.path, 'state');
  const trouble = await Trouble.begin(t, { configuration: { state } });
  const { agent } = trouble.station;
  const programme = await trouble.programme(1, 500);
  const aired = await trouble.order(programme);
  t.match(await trouble.outcome(aired), { outcome: 'aired' });
  await agent.kill();

  await t.test('the room kept for the journal goes first: what may be due today still sounds', async (t) => {
    await disk.fill(0);
    agent.start();
    await until('the agent', () => agent.online().then(() => true));
    t.same(await foundMemoryFolders(state), []);
    t.notOk((await readdir(state)).includes('reserve'));
    t.not((await readdir(join(state, 'cache'))).length, 0);
    await agent.kill();
  });

  await t.test('with recordings to give up it starts on the card', async (t) => {
    await rm(join(state, 'reserve'), { force: true });
    await disk.fill(0);
    agent.start();
    const order = await trouble.order(programme, { priority: 'emergency' });
    await until('the agent', () => agent.online().then(() => true));
    await trouble.centre.order('dai-dong', order);
    await trouble.outcome(order);
    t.same(await foundMemoryFolders(state), []);
    t.same(await readdir(join(state, 'cache')), []);
  });

  await t.test('with nothing left to give up it runs from memory, and says so', async (t) => {
    await agent.kill();
    await disk.fill(0);
    agent.start();
    t.match(await trouble.raised('journal'), /No space left.*runs from memory/i);
    const order = trouble.draft(programme, { priority: 'emergency' });
    await trouble.centre.order('dai-dong', order);
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    const routine = await trouble.order(programme);
    t.match(await trouble.outcome(routine), { outcome: 'aired' });
    t.same(trouble.outcomes(aired), ['accepted', 'ready', 'airing', 'aired'], 'nothing airs again');
  });

  await t.test('and from the card once that has room', async (t) => {
    await agent.kill();
    await disk.free();
    agent.start();
    await until('the agent', () => agent.online().then(() => true));
    const order = trouble.draft(programme);
    await trouble.centre.order('dai-dong', order);
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    t.same(await foundMemoryFolders(state), []);
    t.same(trouble.outcomes(aired), ['accepted', 'ready', 'airing', 'aired']);
  });
});
