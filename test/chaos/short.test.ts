import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { playRound } from './round.ts';

const seed = 20_261_120;

test('a short chaos breaks no promise', async (t) => {
  t.comment(`seed ${seed}; a longer one: npm run chaos -- --seed ${seed} --minutes 5`);
  const folder = await mkdtemp(join(tmpdir(), 'loa-chaos-'));
  const interrupt = new AbortController();
  const { violations, counts, heard, outcomes } = await playRound({
    ...{ directory: folder, seed, stations: 3, stormMs: 60_000, killsCentre: true, brief: false },
    enough: ({ agentKills, centreKills }) => agentKills >= 6 && centreKills >= 1,
    signal: interrupt.signal,
    progress: () => {},
  });
  t.comment(`${counts.agentKills} kills of agents, ${counts.centreKills} of the centre, ${counts.orders} orders`);
  t.ok(counts.agentKills > 0 && counts.centreKills > 0 && heard > 0 && (outcomes.aired ?? 0) > 0, 'there was chaos');
  t.same(violations, [], `everything is kept in ${folder}`);
  if (violations.length === 0) await rm(folder, { recursive: true, force: true });
});
