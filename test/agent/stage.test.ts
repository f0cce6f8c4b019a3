import fc from 'fast-check';
import { test } from 'tap';
import { byPreference, type Claim, preempts } from '../../agent/due/preference.ts';
import { Stage, type Turn } from '../../agent/due/stage.ts';

const claims = fc
  .uniqueArray(
    fc.record({
      priority: fc.constantFrom('emergency', 'priority', 'routine'),
      issuedAt: fc.integer({ min: 0, max: 5 }).map((second) => `2026-11-20T08:00:0${second}.000Z`),
      key: fc.uuid(),
    }),
    { selector: ({ key }) => key, minLength: 1, maxLength: 12 },
  )
  .map((list): Claim[] => list);

const never = new AbortController().signal;

test('preference is a total order, and nobody preempts what is preferred to him', (t) => {
  fc.assert(
    fc.property(claims, (list) => {
      const sorted = [...list].sort(byPreference);
      for (const [at, claim] of sorted.entries()) {
        for (const later of sorted.slice(at + 1)) {
          if (byPreference(claim, later) >= 0 || byPreference(later, claim) <= 0) return false;
          if (preempts(later, claim)) return false;
        }
      }
      return true;
    }),
  );
  t.end();
});

test('[P-63] one airing holds the stage at a time, and everyone gets his turn in the end', async (t) => {
  await fc.assert(
    fc.asyncProperty(claims, fc.infiniteStream(fc.boolean()), async (list, goesOn) => {
      const stage = new Stage();
      let holders = 0;
      const finished: string[] = [];
      const perform = async (claim: Claim): Promise<void> => {
        for (;;) {
          const turn = (await stage.turn(claim, never)) as Turn;
          holders += 1;
          if (holders > 1) throw new Error('two hold the stage');
          await Promise.resolve();
          const preempted = turn.preempted.aborted || (goesOn.next().value && turn.preempted.aborted);
          holders -= 1;
          turn.release();
          if (!preempted) break;
        }
        finished.push(claim.key);
      };
      await Promise.all(list.map(perform));
      return finished.length === list.length && stage.onAir === undefined;
    }),
  );
  t.end();
});

test('of those that wait the preferred goes first, and a preferred newcomer interrupts', async (t) => {
  const stage = new Stage();
  const claim = (key: string, priority: Claim['priority'], second: number): Claim => ({
    key,
    priority,
    issuedAt: `2026-11-20T08:00:0${second}.000Z`,
  });
  const routine = (await stage.turn(claim('routine', 'routine', 1), never)) as Turn;
  t.notOk(routine.preempted.aborted);
  const order: string[] = [];
  const queue = [
    claim('routine-2', 'routine', 2),
    claim('old-emergency', 'emergency', 3),
    claim('priority', 'priority', 4),
    claim('new-emergency', 'emergency', 5),
  ].map(async (each) => {
    const turn = (await stage.turn(each, never)) as Turn;
    order.push(each.key);
    turn.release();
  });
  t.ok(routine.preempted.aborted);
  t.ok(routine.successorWaits());
  routine.release();
  await Promise.all(queue);
  t.same(order, ['new-emergency', 'old-emergency', 'priority', 'routine-2']);
});

test('who is withdrawn while waiting never gets a turn', async (t) => {
  const stage = new Stage();
  const first = (await stage.turn({ key: 'a', priority: 'routine', issuedAt: '1' }, never)) as Turn;
  const withdrawn = new AbortController();
  const waiting = stage.turn({ key: 'b', priority: 'routine', issuedAt: '2' }, withdrawn.signal);
  withdrawn.abort();
  t.equal(await waiting, undefined);
  t.notOk(first.successorWaits());
});
