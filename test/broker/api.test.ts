import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'tap';
import { until } from '../support/until.ts';
import { type Answer, aTextOrder, TestCentre } from './support/test-centre.ts';
import { TestStation } from './support/test-station.ts';

test('the HTTP API', async (t) => {
  const centre = await TestCentre.start({ mediaUrl: 'http://media.example/' });
  t.teardown(() => centre.close());
  const dong = await TestStation.connect({ url: centre.mqttUrl, root: centre.root, station: 'dai-dong' });
  t.teardown(() => dong.close());
  await until('the roster', async () => (await centre.get('/api/stations')).body.stations[0]?.birth);

  await t.test('answers nobody without the token', async (t) => {
    for (const authorization of [undefined, 'Bearer ', 'Bearer wrong', 'Basic x']) {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await fetch(`${centre.httpUrl}/api/orders`, { headers });
      t.equal(response.status, 401, authorization ?? 'none');
    }
    t.equal((await fetch(`${centre.httpUrl}/api/orders`, { method: 'POST', body: '{}' })).status, 401);
    t.equal((await fetch(`${centre.httpUrl}/`)).status, 404);
    t.equal((await centre.get('/api/nothing')).status, 404);
  });

  await t.test('fills in what an order leaves out', async (t) => {
    const before = Date.now();
    const { body } = await centre.order({ expiresInSeconds: 60 });
    const { order } = (await centre.get(`/api/orders/${body.id}`)).body;
    t.match(order, { id: /^[0-9a-f-]{36}$/, rev: 1, type: 'new', status: 'actual', lateBy: 300, onInterrupt: 'skip' });
    t.same(order.when, { type: 'now' });
    t.equal(Date.parse(order.expiresAt) - Date.parse(order.issuedAt), 60_000);
    t.ok(Date.parse(order.issuedAt) >= before);
  });

  await t.test('lists every bad field', async (t) => {
    const programme = [{ type: 'audio', media: ['0'.repeat(64)] }, { type: 'song' }];
    const { status, body } = await centre.order({
      title: '',
      priority: 'urgent',
      to: {},
      lateBy: 'soon',
      volume: 101,
      colour: 'red',
      programme,
    });
    t.equal(status, 422);
    t.equal(body.refusal.code, 'invalid-fields');
    t.same(body.refusal.fields.map((field: { path: string }) => field.path).sort(), [
      'colour',
      'lateBy',
      'priority',
      'programme.0.media.0',
      'programme.1.type',
      'title',
      'to',
      'volume',
    ]);
    t.match((await centre.order({ expiresInSeconds: 0 })).body.refusal.fields, [{ path: 'expiresInSeconds' }]);
    t.match((await centre.post('/api/orders', [])).body.refusal, { code: 'invalid-fields' });
  });

  await t.test('names the stations that it does not know', async (t) => {
    const { status, body } = await centre.order({ to: { stations: ['dai-dong', 'nowhere', 'neither'] } });
    t.equal(status, 422);
    t.same(body.refusal, {
      code: 'unknown-station',
      fields: [
        { path: 'to.stations.1', problem: 'no such station' },
        { path: 'to.stations.2', problem: 'no such station' },
      ],
    });
  });

  await t.test('takes no body that the wire would not take', async (t) => {
    const post = async (body: string) => {
      const response = await fetch(`${centre.httpUrl}/api/orders`, {
        method: 'POST',
        body,
        headers: await centre.headers(),
      });
      const answer: Answer['body'] = await response.json();
      return { status: response.status, code: answer.refusal.code };
    };
    t.same(await post('x'.repeat(70_000)), { status: 413, code: 'too-large' });
    t.same(await post('{'), { status: 422, code: 'not-json' });
    t.same(await post('{"title":1,"title":2}'), { status: 422, code: 'duplicate-key' });
    t.same(await post('{"__proto__":{}}'), { status: 422, code: 'forbidden-key' });
    t.same(await post('['.repeat(10_000)), { status: 422, code: 'too-deep' });
  });

  await t.test('closes the connection over a body that it did not read to its end', async (t) => {
    const response = await fetch(`${centre.httpUrl}/api/orders`, {
      method: 'POST',
      body: 'x'.repeat(1_000_000),
      headers: await centre.headers(),
    });
    t.equal(response.status, 413);
    t.equal(response.headers.get('connection'), 'close', 'so that nobody sends the next request on it');
  });

  await t.test('answers an address that is none with 400', async (t) => {
    for (const address of ['//', 'http://[', '//[/api/orders']) {
      const { hostname, port } = new URL(centre.httpUrl);
      const asking = request({ hostname, port, path: address });
      asking.end();
      const [response] = await once(asking, 'response');
      response.resume();
      t.equal(response.statusCode, 400, address);
    }
    t.same(centre.logged('request-failed'), []);
  });

  await t.test('keeps an order in force until its last instant is over', async (t) => {
    const instants = [26, 50].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
    const { status, body } = await centre.order({ when: { type: 'at', instants }, lateBy: 600 });
    t.equal(status, 201);
    const { order } = (await centre.get(`/api/orders/${body.id}`)).body;
    t.ok(Date.parse(order.expiresAt) >= Date.parse(instants[1] ?? '') + 600_000);
    const early = await centre.order({ when: { type: 'at', instants }, expiresInSeconds: 3_600 });
    t.match(early.body.refusal, { code: 'invalid-fields', fields: [{ path: 'when.instants.0' }, {}] });
  });

  await t.test('streams how an order fares, to its end', async (t) => {
    const { id } = (await centre.order({ to: { stations: ['dai-dong'] } })).body;
    const watching = fetch(`${centre.httpUrl}/api/orders/${id}/watch`, { headers: await centre.headers() });
    await dong.report(1, { outcome: 'accepted', order: { id, rev: 1 }, occurrence: undefined as never });
    await dong.acknowledged(1);
    const response = await watching;
    t.match(response.headers.get('content-type'), /ndjson/);
    await dong.report(2, { outcome: 'aired', order: { id, rev: 1 } });
    const lines = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    t.match(lines, [
      { station: 'dai-dong', outcome: 'accepted', report: { seq: 1 } },
      { station: 'dai-dong', outcome: 'aired', report: { seq: 2 } },
      { done: true, order: { id }, stations: [{ station: 'dai-dong', outcome: 'aired', final: true }] },
    ]);
    t.equal((await centre.get('/api/orders/none/watch')).status, 404);
  });

  await t.test('lists orders, newest first', async (t) => {
    const { id } = (await centre.post('/api/orders', { ...aTextOrder, title: 'Mới nhất' })).body;
    const { orders } = (await centre.get('/api/orders')).body;
    t.match(orders[0], { order: { id, title: 'Mới nhất' }, cancelledAt: null, client: null });
  });
});
