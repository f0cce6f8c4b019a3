import { test } from 'tap';
import { encodeOrder, type Order } from '../../protocol/order.ts';
import { Trouble } from '../support/trouble.ts';

const STATION = 'dai-dong';
const HALF_AN_HOUR_MS = 1_800_000;

const instants = (count: number): Order['when'] => ({
  type: 'at',
  instants: Array.from({ length: count }, (_, at) => new Date(Date.now() + HALF_AN_HOUR_MS + at * 1_000).toISOString()),
});

test('[P-80] [P-82] a flood of signed orders is bounded, and a warning and a cancellation pass it', async (t) => {
  const trouble = await Trouble.begin(t);
  const { centre } = trouble;
  const short = await trouble.programme(1, 700);
  const onAir = await trouble.order(await trouble.programme(20, 500), { priority: 'emergency', zones: ['thon-1'] });
  await trouble.outcome(onAir, 'airing');
  const sign = (count: number, when: () => Order['when']) =>
    Promise.all(
      Array.from({ length: count }, () =>
        encodeOrder(trouble.draft(short, { priority: 'routine', when: when() }), centre.signer),
      ),
    );
  const flood = [...(await sign(15, () => instants(100))), ...(await sign(1_500, () => instants(1)))];

  const first = flood.slice(0, 700).map((token) => trouble.push(token));
  const warning = await trouble.order(short, { priority: 'emergency', zones: ['thon-2'] });
  await centre.cancel(STATION, onAir);
  const rest = flood.slice(700).map((token) => trouble.push(token));
  t.match(await trouble.outcome(warning), { outcome: 'aired' });
  t.match(await trouble.outcome(onAir), { outcome: 'cancelled' });
  await Promise.all([...first, ...rest]);
  await trouble.raised('overload');

  // Reports come in the order of their numbers: with this one all of the flood's are here.
  t.match(await trouble.outcome(await trouble.order(short, { priority: 'emergency' })), { outcome: 'aired' });
  const taken = centre.reports.filter(({ outcome, occurrence }) => outcome === 'accepted' && occurrence !== 'now');
  t.ok(taken.length > 1_000 && taken.length <= 2_000, `as many are booked as there is room for: ${taken.length}`);
  const refused = centre.reports.filter(({ refusal }) => refusal?.code === 'too-many-orders');
  t.ok(refused.length > 0, 'the others are refused');
  t.ok(refused.length <= 60, `some by a report: ${refused.length}`);
  t.equal(new Set(refused.map(({ order }) => order?.id)).size, refused.length, 'each once');
});
