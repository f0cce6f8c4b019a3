import { test } from 'tap';
import { plannedCentreKills, plannedFaults, plannedOrders } from './plan.ts';
import { Random } from './random.ts';
import { agentSteps, centreSteps } from './steps.ts';

const stations = ['dai-1', 'dai-2', 'dai-3'];

function firstOf<T>(plan: Iterable<T>, count: number): T[] {
  const found: T[] = [];
  for (const each of plan) if (found.push(each) >= count) break;
  return found;
}

const planOf = (seed: number) => ({
  orders: firstOf(
    plannedOrders(new Random(seed).branch('orders'), { stations, zones: ['cho'], validMs: 60_000, brief: true }),
    500,
  ),
  faults: stations.map((station) => firstOf(plannedFaults(new Random(seed).branch(station)), 500)),
  centre: firstOf(plannedCentreKills(new Random(seed).branch('centre')), 500),
});

test('the same seed gives the same plan, another seed another', (t) => {
  const [first, again, another] = [7, 7, 8].map((seed) => JSON.stringify(planOf(seed)));
  t.ok(first === again);
  t.ok(first !== another);
  const [one, other] = planOf(7).faults.map((faults) => JSON.stringify(faults));
  t.ok(one !== other, 'stations do not suffer in step');
  t.end();
});

test('a plan holds everything there is', (t) => {
  const { orders, faults, centre } = planOf(1);
  const present = (values: readonly unknown[]): Set<unknown> => new Set(values);
  t.same(present(orders.map(({ priority }) => priority)), present(['emergency', 'priority', 'routine']));
  t.same(present(orders.map(({ onInterrupt }) => onInterrupt)), present(['skip', 'restart', 'resume']));
  t.same(present(orders.map(({ sequel }) => sequel?.do)), present([undefined, 'cancel', 'update']));
  t.same(present(orders.map(({ inMs }) => inMs?.length)), present([undefined, 1, 2]));
  t.ok(orders.some(({ to }) => to === 'all') && orders.some(({ to }) => to !== 'all' && to.length === 1));
  const used = orders.flatMap(({ signature, sequel }) => [
    signature,
    ...(sequel?.do === 'update' ? [sequel.signature] : []),
  ]);
  t.equal(new Set(used).size, used.length, 'every recording is used once');
  const kills = faults.flat().flatMap((fault) => (fault.do === 'kill' ? [fault.at] : []));
  t.same(present(kills), present(agentSteps), 'agents are killed at every step');
  const faultKinds = [
    'busy',
    'cut',
    'delay',
    'end',
    'fill',
    'freeze',
    'halt',
    'kill',
    'old-card',
    'reset',
    'set-clock',
    'unplug',
    'wait',
  ];
  t.same(present(faults.flat().map((fault) => fault.do)), present(faultKinds), 'and suffer everything else');
  t.same(present(centre.map(({ at }) => at)), present(centreSteps), 'the centre is killed at every step');
  t.end();
});
