import { test } from 'tap';
import { rain } from './rain.ts';

const seed = 20_261_121;
const MOST_MORE_MB = 32;
const byValue = (a: number, b: number) => a - b;

test('of ten thousand mutated orders none verifies or moves a relay, and none stays in memory', async (t) => {
  t.comment(`seed ${seed}; more: npm run fuzz -- --orders 50000`);
  const { refusals, relaysMoved, airsAfterwards, memoryMB } = await rain({ count: 10_000, seed });
  t.equal(refusals.opens, undefined);
  t.equal(relaysMoved, 0);
  t.ok(airsAfterwards, 'a true order airs afterwards');
  t.comment(`memory after each tenth: ${memoryMB.join(', ')} MB`);
  // The middle of either half: the most of it depends on when the collector comes, the least on how far it had warmed up.
  const [before = 0, after = 0] = [memoryMB.slice(0, 5), memoryMB.slice(5)].map((half) => half.sort(byValue)[2]);
  t.ok(after - before < MOST_MORE_MB, memoryMB.join(', '));
});
