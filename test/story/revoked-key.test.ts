import { test } from 'tap';
import { encodeOrder, type Order } from '../../protocol/order.ts';
import { encodeOrderIndex } from '../../protocol/order-index.ts';
import { topics } from '../../protocol/topics.ts';
import { startVirtualStation } from '../../simulator/station/station.ts';
import { serve } from '../support/http.ts';
import { makeKey, PuppetCentre, type Signer } from '../support/puppet-centre.ts';
import { recordTone } from '../support/tone.ts';
import { until } from '../support/until.ts';

const CENTRE = 'vinh-phuc';
const STATION = 'dai-dong';
const [short, long] = await Promise.all([recordTone(1), recordTone(30)]);

test('[P-102] what a revoked key has ordered ends, unless the centre vouches for it; and nothing airs twice', async (t) => {
  const centre = await PuppetCentre.start();
  t.teardown(() => centre.close());
  const media = await serve((request, response) => {
    response.end(request.url === '/long' ? long.bytes : short.bytes);
  });
  t.teardown(() => media.close());
  const station = await startVirtualStation({
    ...(await centre.enrol(STATION, t.testdir())),
    name: 'Đài Đại Đồng',
    zones: [{ id: 'thon-1', name: 'Thôn 1', tags: [] }],
    transport: 'tcp',
    agent: 'process',
  });
  t.teardown(() => station.close());
  await centre.online(STATION);

  const draft = (changes: Partial<Order> = {}, tone = short, path = 'short') =>
    centre.draft(STATION, {
      programme: [{ type: 'audio', variants: [tone.variant(`${media.url}/${path}`)] }],
      ...changes,
    });
  const inAnHour = new Date(Date.now() + 3_000_000).toISOString();
  const later = (changes: Partial<Order> = {}) => draft({ when: { type: 'at', instants: [inAnHour] }, ...changes });
  const saidOf = (order: Order) => centre.reports.filter((report) => report.order?.id === order.id);
  let version = 1;
  const listed = ({ kid, publicKey }: Signer) => ({ use: 'centre' as const, kid, key: publicKey });
  /** A new signing key; those named count no more. Resolves when the station keeps to it. */
  const rotate = async (...revoked: Signer[]) => {
    version += 1;
    centre.signer = await makeKey(`centre-${version}`);
    await centre.publishKeys({ version, keys: [listed(centre.signer)], revoked: revoked.map(({ kid }) => kid) });
    await until('the station to follow', () => centre.births.some(({ keys }) => keys === version));
  };
  let generation = 0;
  const list = async (...orders: Order[]) => {
    const index = {
      ...{ centre: CENTRE, station: STATION, generation: ++generation, cancelled: [] },
      issuedAt: new Date().toISOString(),
      expiresAt: inAnHour,
      orders: orders.map(({ id, rev }) => ({ id, rev, hash: '9c'.repeat(32) })),
    };
    await centre.say(topics.to(CENTRE, STATION, 'index'), await encodeOrderIndex(index, centre.signer), true);
  };
  const relayClosed = () => station.controller.timeline.filter((each) => each.what === 'relay' && each.closed).length;

  const first = centre.signer;
  const forged = later();
  const halfADayLater = new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16);
  const daily = later({ when: { type: 'daily', times: [halfADayLater], timeZone: 'UTC' } });
  const genuine = later();
  const onAir = draft({}, long, 'long');
  const replay = await centre.order(STATION, forged);
  for (const order of [daily, genuine, onAir]) await centre.order(STATION, order);
  await centre.outcome(onAir, 'airing');

  await t.test('it falls silent at once', async (t) => {
    await rotate(first);
    t.match(await centre.outcome(onAir), { outcome: 'interrupted', refusal: { code: 'revoked-key' } });
    await until('the question', () => centre.pulls.some(({ orders }) => orders.some(({ id }) => id === genuine.id)));
    t.notOk(
      saidOf(genuine).some(({ outcome }) => outcome === 'rejected'),
      'what is in question has not ended',
    );
  });

  await t.test('what the index does not list is refused, once', async (t) => {
    await centre.order(STATION, genuine);
    await list(genuine);
    t.match(await centre.outcome(forged), { outcome: 'rejected', occurrence: inAnHour });
    t.match(await centre.outcome(daily), { outcome: 'rejected', refusal: { code: 'revoked-key' } });
    await list(genuine);
    await centre.push(STATION, replay);
    await until('the replay to be refused', () =>
      centre.reports.find(({ message, refusal }) => message !== undefined && refusal?.code === 'revoked-key'),
    );
    for (const order of [forged, onAir]) {
      t.equal(saidOf(order).filter(({ outcome }) => ['rejected', 'interrupted'].includes(outcome)).length, 1);
    }
    t.same(
      saidOf(genuine).map(({ outcome }) => outcome),
      ['accepted', 'ready'],
    );
  });

  await t.test('what the centre has vouched for stands and airs once, however often it is signed anew', async (t) => {
    const emergency = draft({ priority: 'emergency' }, long, 'long');
    const soon = draft({ when: { type: 'at', instants: [new Date(Date.now() + 2_500).toISOString()] } });
    await centre.order(STATION, soon);
    t.match(await centre.outcome(soon), { outcome: 'aired' });
    await centre.order(STATION, emergency);
    await centre.outcome(emergency, 'airing');
    const second = centre.signer;
    const closed = relayClosed();
    await rotate(first, second);
    t.match(await centre.outcome(emergency, 'interrupted'), { continues: true, refusal: { code: 'revoked-key' } });
    // It was heard in full, so nothing of it is to come, and signing it anew begins nothing.
    await centre.order(STATION, soon);
    await centre.order(STATION, emergency);
    await until('the warning to sound again', () => relayClosed() > closed);
    await centre.cancel(STATION, emergency);
    t.match(await centre.outcome(emergency), { outcome: 'cancelled' });
    t.equal(saidOf(soon).filter(({ outcome }) => outcome === 'airing').length, 1);
  });

  await t.test('another order under the name of one in question is refused, and so is that one', async (t) => {
    const third = centre.signer;
    const mine = later();
    await centre.order(STATION, mine);
    await centre.outcome(mine, 'ready');
    await rotate(first, third);
    await centre.push(STATION, await encodeOrder({ ...mine, title: 'Bản tin khác' }, centre.signer));
    t.match(await centre.outcome(mine), { outcome: 'rejected', refusal: { code: 'revoked-key' } });
  });

  await t.test('[P-103] an index and a policy of the revoked key count no more, whatever their number', async () => {
    const thief = centre.signer;
    generation = 1_000_000;
    await list();
    const policy = { timeZone: 'UTC', quietHours: [{ from: '00:00', to: '23:59' }], volumeCeilings: [] };
    await centre.configure(STATION, 1_000_000, { all: policy });
    await until('the policy to count', () => centre.births.some(({ configuration }) => configuration === 1_000_000));
    await rotate(first, thief);
    await until('the policy to count no more', () => centre.births.at(-1)?.configuration === undefined);
    generation = 5;
    const lacking = later();
    await list(lacking);
    await until('the index to be believed', () => centre.pulls.some(({ orders }) => orders[0]?.id === lacking.id));
    await centre.configure(STATION, 3, { all: policy });
    await until('the next policy', () => centre.births.at(-1)?.configuration === 3);
  });

  await t.test('and a restart changes nothing of that', async (t) => {
    await station.agent.kill();
    const births = centre.births.length;
    await station.agent.start();
    await until('a birth', () => centre.births.length > births);
    t.equal(centre.births.at(-1)?.keys, version);
    await centre.order(STATION, genuine, first);
    await centre.push(STATION, replay);
    await until('the first refusal', () =>
      centre.alarms.some(({ name, detail }) => name === 'forged' && detail?.includes('revoked-key')),
    );
    t.equal(saidOf(genuine).filter(({ outcome }) => outcome !== 'accepted' && outcome !== 'ready').length, 0);
  });
});
