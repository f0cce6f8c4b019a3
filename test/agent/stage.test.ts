import fc from 'fast-check';
import { test } from 'tap';
import { byPreference, type Claim, type Preferred, preempts } from '../../agent/due/preference.ts';
import { Stage, type Turn } from '../../agent/due/stage.ts';

/** Few, so that several occurrences of one order compete, and the operator names some that do. */
const orders = ['order-1', 'order-2', 'order-3', 'order-4', 'order-5'];
const preferred: fc.Arbitrary<Preferred> = fc.shuffledSubarray(orders);

const claims = fc
  .uniqueArray(
    fc.record({
      order: fc.constantFrom(...orders),
      priority: fc.constantFrom('emergency', 'priority', 'routine'),
      issuedAt: fc.integer({ min: 0, max: 5 }).map((second) => `2026-11-20T08:00:0${second}.000Z`),
      key: fc.uuid(),
    }),
    { selector: ({ key }) => key, minLength: 1, maxLength: 12 },
  )
  .map((list): Claim[] => list);

const never = new AbortController().signal;

const claim = (key: string, priority: Claim['priority'], second: number): Claim => ({
  order: key,
  key: `${key}/1/now`,
  priority,
  issuedAt: `2026-11-20T08:00:0${second}.000Z`,
});

test('preference is a total order, and nobody preempts what is preferred to him', (t) => {
  fc.assert(
    fc.property(claims, preferred, (list, named) => {
      const sorted = [...list].sort((a, b) => byPreference(a, b, named));
      for (const [at, claim] of sorted.entries()) {
        for (const later of sorted.slice(at + 1)) {
          if (byPreference(claim, later, named) >= 0 || byPreference(later, claim, named) <= 0) return false;
          if (preempts(later, claim, named)) return false;
        }
      }
      return true;
    }),
  );
  t.end();
});

const classOf = ({ priority }: Claim) => ['emergency', 'priority', 'routine'].indexOf(priority);

test('[P-78] the operator decides between priority orders and moves no other class', (t) => {
  fc.assert(
    fc.property(claims, preferred, (list, named) => {
      const plain = [...list].sort((a, b) => byPreference(a, b, []));
      const sorted = [...list].sort((a, b) => byPreference(a, b, named));
      const others = (all: readonly Claim[]) => all.map((claim) => (claim.priority === 'priority' ? 'x' : claim.key));
      const places = sorted
        .filter(({ priority }) => priority === 'priority')
        .map(({ order }) => (named.includes(order) ? named.indexOf(order) : named.length));
      const unnamed = (all: readonly Claim[]) =>
        all.filter(({ priority, order }) => priority === 'priority' && !named.includes(order)).map(({ key }) => key);
      return (
        others(plain).join() === others(sorted).join() &&
        places.every((place, at) => at === 0 || place >= (places[at - 1] ?? 0)) &&
        unnamed(plain).join() === unnamed(sorted).join()
      );
    }),
  );
  t.end();
});

test('[P-78] only the operator makes one priority order interrupt another', (t) => {
  fc.assert(
    fc.property(claims, preferred, (list, named) =>
      list.every((claim) =>
        list.every((onAir) => {
          const interrupts = preempts(claim, onAir, named);
          if (classOf(claim) !== classOf(onAir)) return interrupts === classOf(claim) < classOf(onAir);
          if (claim.priority === 'emergency') return interrupts === claim.issuedAt > onAir.issuedAt;
          if (claim.priority === 'routine') return !interrupts;
          const [at, other] = [named.indexOf(claim.order), named.indexOf(onAir.order)];
          return interrupts === (at !== -1 && (other === -1 || at < other));
        }),
      ),
    ),
  );
  t.end();
});

test('[P-63] one airing holds the stage at a time, and everyone gets his turn in the end', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      claims,
      fc.infiniteStream(fc.boolean()),
      fc.infiniteStream(preferred),
      async (list, goesOn, sets) => {
        const stage = new Stage();
        let holders = 0;
        const finished: string[] = [];
        const perform = async (claim: Claim): Promise<void> => {
          for (;;) {
            const turn = (await stage.turn(claim, never)) as Turn;
            holders += 1;
            if (holders > 1) throw new Error('two hold the stage');
            await Promise.resolve();
            if (goesOn.next().value) stage.prefer(sets.next().value);
            const preempted = turn.preempted.aborted || (goesOn.next().value && turn.preempted.aborted);
            holders -= 1;
            turn.release();
            if (!preempted) break;
          }
          finished.push(claim.key);
        };
        await Promise.all(list.map(perform));
        return finished.length === list.length && stage.onAir === undefined;
      },
    ),
  );
  t.end();
});

test('of those that wait the preferred goes first, and a preferred newcomer interrupts', async (t) => {
  const stage = new Stage();
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
    order.push(each.order);
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
  const first = (await stage.turn(claim('a', 'routine', 1), never)) as Turn;
  const withdrawn = new AbortController();
  const waiting = stage.turn(claim('b', 'routine', 2), withdrawn.signal);
  withdrawn.abort();
  t.equal(await waiting, undefined);
  t.notOk(first.successorWaits());
});

test('[P-78] whom the operator prefers takes over from a priority order on air, at once, and no one else does', async (t) => {
  const stage = new Stage();
  const earliest = (await stage.turn(claim('earliest', 'priority', 1), never)) as Turn;
  const heard: string[] = [];
  const waiting = ['second', 'third'].map(async (name, at) => {
    const turn = (await stage.turn(claim(name, 'priority', at + 2), never)) as Turn;
    heard.push(name);
    turn.release();
  });
  stage.prefer(['earliest', 'third']);
  t.notOk(earliest.preempted.aborted, 'it is preferred itself');
  stage.prefer([]);
  t.notOk(earliest.preempted.aborted);
  stage.prefer(['third']);
  t.ok(earliest.preempted.aborted);
  earliest.release();
  await Promise.all(waiting);
  t.same(heard, ['third', 'second']);
});

test('[P-78] the operator lifts nothing above an emergency or the local stop', async (t) => {
  const stage = new Stage();
  stage.prefer(['mine']);
  const emergency = (await stage.turn(claim('warning', 'emergency', 1), never)) as Turn;
  const withdrawn = new AbortController();
  const mine = stage.turn(claim('mine', 'priority', 2), withdrawn.signal);
  t.notOk(emergency.preempted.aborted);
  stage.stop(true);
  emergency.release();
  t.equal(stage.onAir, undefined);
  withdrawn.abort();
  t.equal(await mine, undefined);
});
