import { test } from 'tap';
import { rain } from './rain.ts';

const seed = 20_261_121;
const MOST_MORE_MB = 32;

test('of ten thousand mutated orders none verifies or moves a relay, and none stays in memory', async (t) => {
  t.comment(`seed ${seed}; more: npm run fuzz -- --orders 50000`);
  const { refusals, relaysMoved, airsAfterwards, memoryMB } = await rain({ count: 10_000, seed });
  t.equal(refusals.opens, undefined);
  t.equal(relaysMoved, 0);
  t.ok(airsAfterwards, 'a true order airs afterwards');
  t.comment(`memory after each tenth: ${memoryMB.join(', ')} MB`);
  const half = memoryMB.length / 2;
  // The least of each half is after a collection; the most depends on when the collector comes.
  t.ok(Math.min(...memoryMB.slice(half)) - Math.min(...memoryMB.slice(0, half)) < MOST_MORE_MB, memoryMB.join(', '));
});
