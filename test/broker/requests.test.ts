import { test } from 'tap';
import { addClientKey } from '../../broker/keys/change-keys.ts';
import { encodeCancelRequest } from '../../protocol/cancel.ts';
import { encodeOrder, encodeOrderRequest, type Order } from '../../protocol/order.ts';
import { until } from '../support/until.ts';
import { aRequest, connectOrderingClient } from './support/ordering-client.ts';
import { TestCentre } from './support/test-centre.ts';
import { makeIdentity, sha256, TestStation } from './support/test-station.ts';

const client = 'phan-mem';
test('orders from the software of others', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const dong = await TestStation.connect({ url: centre.mqttUrl, root: centre.root, station: 'dai-dong' });
  const { signer, receipts, ask, ...ordering } = await connectOrderingClient(centre, client, ['routine', 'priority']);
  t.teardown(() => Promise.all([dong.close(), ordering.close()]));

  await t.test('the manifest names the client, and stations obey it none the less', async (t) => {
    await until('manifest 2', () => dong.messages('keys', 'all').length > 0);
    const lookup = await dong.keys();
    t.notOk(lookup(signer.kid).ok, 'a client key is no key of the centre');
  });

  await t.test('a good request is booked, pushed under the key of the centre, and its progress summed', async (t) => {
    const order = aRequest({ to: { stations: ['dai-dong'] } });
    const request = await encodeOrderRequest(order, signer);
    const receipt = await ask(request);
    t.match(receipt, { result: 'booked', order: { id: order.id, rev: 1 }, stations: 1, request: sha256(request) });
    t.same(await dong.order(order.id, 'station'), order);
    await dong.report(1, { outcome: 'accepted', order: { id: order.id, rev: 1 } });
    await dong.report(2, { order: { id: order.id, rev: 1 } });
    const progress = await until('the sum', () => receipts.find((each) => each.progress?.aired === 1));
    t.match(progress, { result: 'progress', order: { id: order.id, rev: 1 }, stations: 1, progress: { aired: 1 } });

    const pushes = dong.messages('order').length;
    t.match(await ask(request), { result: 'booked', stations: 1 }, 'the same again');
    const other = await encodeOrderRequest({ ...order, title: 'Nội dung khác' }, signer);
    t.match(await ask(other), { result: 'refused', refusal: { code: 'superseded', fields: [{ path: 'rev' }] } });
    t.equal(dong.messages('order').length, pushes);
  });

  await t.test('a bad request is told every bad field', async (t) => {
    const bad = { ...aRequest(), title: 'x‮y', lateBy: -1, priority: 'urgent', programme: [], extra: true };
    const { CompactSign } = await import('jose');
    const bytes = new TextEncoder().encode(
      await new CompactSign(new TextEncoder().encode(JSON.stringify(bad)))
        .setProtectedHeader({ alg: 'Ed25519', typ: 'loa-order-request', kid: signer.kid })
        .sign(signer.key),
    );
    const receipt = await ask(bytes);
    t.equal(receipt.refusal?.code, 'invalid-fields');
    t.same(receipt.refusal?.fields.map((field) => field.path).sort(), [
      'extra',
      'lateBy',
      'priority',
      'programme',
      'title',
    ]);
  });

  const refusal = async (bytes: Uint8Array) => (await ask(bytes)).refusal?.code;

  await t.test('junk, foreign signatures and the wrong kind are refused by code', async (t) => {
    const stranger = await makeIdentity('stranger');
    t.equal(await refusal(Buffer.from('{"id":1}')), 'not-an-envelope');
    t.equal(await refusal(Buffer.from([0xff, 0xfe])), 'not-utf8');
    t.equal(await refusal(await encodeOrderRequest(aRequest(), stranger.signer)), 'unknown-key');
    t.equal(
      await refusal(await encodeOrderRequest(aRequest(), { ...signer, key: stranger.signer.key })),
      'bad-signature',
    );
    t.equal(await refusal(await encodeOrder(aRequest(), signer)), 'wrong-type');
  });

  await t.test('what this key may not do, or what cannot be carried out, is refused by code', async (t) => {
    const ask = async (changes: Partial<Order>) => refusal(await encodeOrderRequest(aRequest(changes), signer));
    t.equal(await ask({ priority: 'emergency' }), 'not-permitted');
    t.equal(await ask({ centre: 'an-giang' }), 'wrong-centre');
    t.equal(await ask({ to: { stations: ['dai-dong', 'nowhere'] } }), 'unknown-station');
    t.equal(await ask({ to: { groups: ['nobody'] } }), 'unknown-station');
    t.equal(await ask({ issuedAt: '2020-01-01T00:00:00.000Z', expiresAt: '2020-01-02T00:00:00.000Z' }), 'expired');
    t.equal(await ask({ type: 'update', rev: 2 }), 'unknown-order');
  });

  await t.test('a client speaks with its own key on its own topic only', async (t) => {
    const other = await makeIdentity('other');
    const added = await addClientKey(centre.data, { client: 'other', key: other.publicKey, priorities: ['routine'] });
    await centre.post('/api/keys/reload');
    const request = await encodeOrderRequest(aRequest(), { kid: added.kid, key: other.signer.key });
    t.equal(await refusal(request), 'not-permitted');
    t.equal(added.version, 3);
  });

  await t.test('a client cancels what it ordered, and nothing else', async (t) => {
    const order = aRequest();
    await ask(await encodeOrderRequest(order, signer));
    const cancel = (id: string) =>
      encodeCancelRequest({ id, rev: 1, type: 'cancel', centre: TestCentre.id, issuedAt: order.issuedAt }, signer);
    t.match(await ask(await cancel(order.id)), { result: 'booked', order: { id: order.id, rev: 1 } });
    await until('the push', async () => (await dong.cancellations()).some((each) => each.id === order.id));
    t.equal(await refusal(await encodeOrderRequest(order, signer)), 'cancelled');
    const { id } = (await centre.order()).body;
    t.equal(await refusal(await cancel(id)), 'not-permitted');
  });

  await t.test('a client changes what it ordered, and nothing else', async (t) => {
    const { id } = (await centre.order({ priority: 'emergency' })).body;
    const over = aRequest({ id, rev: 2, type: 'update', priority: 'routine', to: 'all' });
    t.equal(await refusal(await encodeOrderRequest(over, signer)), 'not-permitted');
    t.match((await centre.get(`/api/orders/${id}`)).body, { order: { rev: 1, priority: 'emergency' } });
    const own = aRequest();
    await ask(await encodeOrderRequest(own, signer));
    const better = { ...own, rev: 2, type: 'update', title: 'Lịch tiêm chủng mới' } as const;
    t.match(await ask(await encodeOrderRequest(better, signer)), { result: 'booked', order: { id: own.id, rev: 2 } });
  });

  await t.test('what cannot sound at any of its instants is refused', async (t) => {
    const hours = (from: number) => new Date(Date.now() + from * 3_600_000).toISOString();
    const at = (instants: string[], expiresAt: string) =>
      ask2(aRequest({ when: { type: 'at', instants }, issuedAt: hours(-50), expiresAt }));
    const ask2 = async (order: Order) => (await ask(await encodeOrderRequest(order, signer))).refusal;
    t.match(await at([hours(1), hours(30)], hours(24)), {
      code: 'invalid-fields',
      fields: [{ path: 'when.instants.1', problem: 'must come before expiresAt' }],
    });
    t.match(await at([hours(-3), hours(-2)], hours(24)), { code: 'expired', fields: [{ path: 'when.instants' }] });
    t.equal(await at([hours(-3), hours(1)], hours(24)), undefined, 'one that is left is enough');
  });

  await t.test('no addressee has more live orders than an index lists, and room is kept for emergencies', async (t) => {
    const to = { stations: ['dai-dong'] };
    for (let left = 249; left > 0; left -= 50) {
      const orders = Array.from({ length: Math.min(left, 50) }, () => aRequest({ to }));
      await Promise.all(orders.map(async (order) => ask(await encodeOrderRequest(order, signer))));
    }
    await dong.index('station', (index) => index.orders.length === 250);
    t.equal(await refusal(await encodeOrderRequest(aRequest({ to }), signer)), 'too-many-orders');
    for (let left = 50; left > 0; left--) {
      t.equal((await centre.order({ to, priority: 'emergency' })).status, 201);
    }
    const index = await dong.index('station', (index) => index.orders.length === 300);
    t.ok(Buffer.byteLength(dong.messages('index').at(-1) ?? '') <= 65_536, 'the fullest index is one message');
    t.equal((await centre.order({ to, priority: 'emergency' })).body.refusal.code, 'too-many-orders');
    t.equal(new Set(index.orders.map(({ id }) => id)).size, 300);
    t.equal(await refusal(await encodeOrderRequest(aRequest(), signer)), undefined, 'orders to all are counted apart');
  });
});
