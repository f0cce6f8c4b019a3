import { randomBytes } from 'node:crypto';
import { test } from 'tap';
import { decodeHost } from '../../protocol/host.ts';
import { until } from '../support/until.ts';
import { TestCentre } from './support/test-centre.ts';
import { makeIdentity, must, sha256, TestStation } from './support/test-station.ts';

test('from order to ledger', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const connect = (station: string, groups: string[] = []) =>
    TestStation.connect({ url: centre.mqttUrl, root: centre.root, station, groups });
  const dong = await connect('dai-dong', ['lowland']);
  const tien = await connect('tan-tien');
  t.teardown(() => Promise.all([dong.close(), tien.close()]));
  await until('both in the roster', async () => {
    const { stations } = (await centre.get('/api/stations')).body;
    return stations.filter((entry: { state: string }) => entry.state === 'online').length === 2;
  });
  const reportsAt = async (id: string, station: string) =>
    (await centre.get(`/api/orders/${id}`)).body.stations.find(
      (entry: { station: string }) => entry.station === station,
    );

  await t.test('a station finds the host online, the keys and the index, retained', async (t) => {
    const host = await until('the host', () => dong.messages('host', 'all').at(-1));
    t.equal(must(decodeHost(host)).state, 'online');
    t.ok(await dong.keys());
    t.same((await dong.index('all')).orders, []);
  });

  await t.test('an order to all is pushed once, listed, reported, stored and acknowledged', async (t) => {
    const { status, body } = await centre.order();
    t.equal(status, 201);
    t.same(body, { id: body.id, rev: 1, stations: 2 });
    const order = await dong.order(body.id);
    t.match(order, { id: body.id, centre: 'vinh-phuc', to: 'all', type: 'new', rev: 1, status: 'actual' });
    await tien.order(body.id);
    const index = await dong.index('all', ({ orders }) => orders.some((entry) => entry.id === body.id));
    const pushed = dong.messages('order', 'all').at(-1) ?? Buffer.alloc(0);
    t.same(index.orders, [{ id: body.id, rev: 1, hash: sha256(pushed) }]);

    await dong.report(1, { outcome: 'accepted', order: { id: body.id, rev: 1 } });
    await dong.report(2, { outcome: 'aired', order: { id: body.id, rev: 1 } });
    await dong.acknowledged(2);
    const progress = await reportsAt(body.id, 'dai-dong');
    t.equal(progress.outcome, 'aired');
    t.same(
      progress.reports.map((report: { outcome: string }) => report.outcome),
      ['accepted', 'aired'],
    );
    t.same(await reportsAt(body.id, 'tan-tien'), {
      station: 'tan-tien',
      outcome: null,
      ending: 'open',
      final: false,
      reports: [],
      contradicting: [],
    });
    t.equal((await dong.orders()).filter((each) => each.id === body.id).length, 1);
  });

  await t.test('reports out of order and repeated: acknowledged up to the gap, stored once', async (t) => {
    await dong.report(4);
    await until('an ack below the gap', async () => (await dong.acks()).at(-1)?.seq === 2);
    await dong.report(5);
    await dong.report(3);
    await dong.report(3);
    await dong.acknowledged(5);
    await dong.report(1);
    await until('the ack again', async () => (await dong.acks()).at(-1)?.seq === 5);
    const { reports } = (await centre.get('/api/reports?station=dai-dong')).body;
    t.same(
      reports.map((report: { seq: number }) => report.seq),
      [1, 2, 3, 4, 5],
    );
  });

  await t.test('forged reports are neither stored nor acknowledged, and are alarmed', async (t) => {
    const stranger = await makeIdentity('stranger');
    await dong.report(6, {}, stranger.signer);
    await dong.report(6, { station: 'tan-tien' });
    await dong.publish('report', Buffer.from('no report at all'));
    await dong.report(7);
    await until('what came after them', async () => {
      const { reports } = (await centre.get('/api/reports?station=dai-dong')).body;
      return reports.at(-1).seq === 7;
    });
    t.equal((await dong.acks()).at(-1)?.seq, 5, 'the forged 6 counts for nothing');
    t.equal(centre.logged('forged-report').length, 3);
    const { stations } = (await centre.get('/api/stations')).body;
    t.match(stations[0], { station: 'dai-dong', suspicions: { 'forged-report': { severity: 'critical' } } });
    t.same((await centre.get('/api/reports?station=tan-tien')).body.reports, []);
  });

  await t.test('an order to one station or group goes to those alone', async (t) => {
    const named = (await centre.order({ to: { stations: ['tan-tien'] } })).body;
    const grouped = (await centre.order({ to: { groups: ['lowland'] } })).body;
    t.same([named.stations, grouped.stations], [1, 1]);
    await tien.order(named.id, 'station');
    await dong.order(grouped.id, 'station');
    await tien.index('station', ({ orders }) => orders.length === 1);
    t.same(
      (await dong.index('station', ({ orders }) => orders.length > 0)).orders.map((entry) => entry.id),
      [grouped.id],
    );
    t.same(
      (await tien.orders('station')).map((order) => order.id),
      [named.id],
    );
  });

  await t.test('a station that joins a group later is listed its orders', async (t) => {
    const { id } = (await centre.order({ to: { groups: ['lowland'] } })).body;
    const lac = await connect('yen-lac', ['lowland']);
    const index = await lac.index('station', ({ orders }) => orders.some((order) => order.id === id));
    t.equal(index.station, 'yen-lac');
    await lac.pull({ orders: index.orders.map(({ id, rev }) => ({ id, rev })) });
    t.equal((await lac.order(id, 'station')).id, id);
    await lac.close();
  });

  await t.test('a pull brings what is asked for, the time, and nothing of others', async (t) => {
    const mine = (await centre.order({ to: { stations: ['dai-dong'] }, priority: 'emergency' })).body;
    const others = (await centre.order({ to: { stations: ['tan-tien'] } })).body;
    await dong.order(mine.id, 'station');
    await tien.order(others.id, 'station');
    const before = dong.messages('order').length;
    const nonce = randomBytes(16).toString('hex');
    const unknown = '019357f0-7a00-7000-8000-0000000000ff';
    const asked = Date.now();
    await dong.pull({ orders: [mine, others, { id: unknown, rev: 1 }].map(({ id, rev }) => ({ id, rev })), nonce });
    const time = await dong.time(nonce);
    t.ok(Date.parse(time.now) >= asked - 1_000);
    t.equal(time.station, 'dai-dong');
    await until('the answer', () => dong.messages('order').length > before);
    await dong.pull({ orders: [], nonce: randomBytes(16).toString('hex') });
    await until('the next answer', () => dong.messages('time').length === 2);
    t.equal(dong.messages('order').length, before + 1);
    t.same((await dong.orders('station')).at(-1)?.id, mine.id);
  });

  await t.test('a cancellation is pushed, listed, and what a pull brings', async (t) => {
    const { id } = (await centre.order()).body;
    await dong.order(id);
    t.same((await centre.post(`/api/orders/${id}/cancel`, { reason: 'Mưa lớn' })).body, { id, rev: 1, stations: 3 });
    await until('the cancellation', async () => (await dong.cancellations()).some((cancel) => cancel.id === id));
    t.match((await dong.cancellations()).at(-1), { id, rev: 1, type: 'cancel', reason: 'Mưa lớn' });
    const index = await dong.index('all', ({ cancelled }) => cancelled.some((entry) => entry.id === id));
    t.notOk(index.orders.some((entry) => entry.id === id));
    await dong.pull({ orders: [{ id, rev: 1 }] });
    await until('the pulled one', async () => (await dong.cancellations('station')).some((cancel) => cancel.id === id));
    t.equal((await centre.post(`/api/orders/${id}/cancel`)).status, 200, 'twice is once');
    t.equal((await centre.post('/api/orders/019357f0-7a00-7000-8000-0000000000ff/cancel')).status, 404);
    t.not((await centre.get(`/api/orders/${id}`)).body.cancelledAt, null);
  });

  await t.test('a revision replaces the one before it, for the same addressees', async (t) => {
    const { id } = (await centre.order({ to: { stations: ['dai-dong'] } })).body;
    const to = { stations: ['dai-dong'] };
    t.match(await centre.order({ id, rev: 2, to, title: 'Đổi giờ' }), { status: 201, body: { id, rev: 2 } });
    await until('revision 2', async () =>
      (await dong.orders('station')).some((each) => each.id === id && each.rev === 2),
    );
    const index = await dong.index('station', ({ orders }) => orders.some((each) => each.id === id && each.rev === 2));
    t.equal(index.orders.filter((each) => each.id === id).length, 1);
    t.match((await centre.order({ id, rev: 2, to, title: 'Khác' })).body, { refusal: { code: 'superseded' } });
    t.match((await centre.order({ id, rev: 3, to: 'all' })).body, { refusal: { fields: [{ path: 'to' }] } });
    t.equal((await centre.get(`/api/orders/${id}`)).body.order.title, 'Đổi giờ');
  });

  await t.test('another key under a known name is not believed until someone resets the pinned one', async (t) => {
    await tien.report(1);
    await tien.acknowledged(1);
    await tien.close();
    const replaced = await connect('tan-tien');
    await until('the difference', () => centre.logged('key-differs').length > 0);
    await replaced.report(1);
    await until('the refusal', () =>
      centre.logged('forged-report').some((entry) => entry.fields.station === 'tan-tien'),
    );
    t.match(await centre.post('/api/stations/tan-tien/reset-key'), {
      status: 200,
      body: { station: 'tan-tien', key: replaced.identity.publicKey },
    });
    await replaced.report(1);
    await replaced.acknowledged(1);
    t.equal((await centre.get('/api/reports?station=tan-tien')).body.reports.length, 2, 'one of each journal');
    t.equal((await centre.post('/api/stations/nobody/reset-key')).status, 404);
    await replaced.close();
  });

  await t.test('it says goodbye', async (t) => {
    await centre.stop();
    const last = await until('the last word', () => {
      const payload = dong.messages('host', 'all').at(-1);
      const host = payload && must(decodeHost(payload));
      return host?.state === 'offline' ? host : undefined;
    });
    t.equal(last.state, 'offline');
  });
});
