import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import mqtt, { type IClientOptions } from 'mqtt';
import { generate } from 'mqtt-packet';
import { test } from 'tap';
import { topics } from '../../protocol/topics.ts';
import { until } from '../support/until.ts';
import { TestCentre } from './support/test-centre.ts';
import { makeIdentity, TestStation } from './support/test-station.ts';

const id = TestCentre.id;

test('who may do what at the embedded broker', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const options = { url: centre.mqttUrl, root: centre.root };
  const raw = (clientId: string, more: IClientOptions = {}) =>
    mqtt.connectAsync(centre.mqttUrl, { clientId, clean: true, reconnectPeriod: 0, protocolVersion: 4, ...more });
  const dong = await TestStation.connect({ ...options, station: 'dai-dong' });
  t.teardown(() => dong.close());

  await t.test('a publish as another is taken and dropped, and what follows passes', async (t) => {
    const rogue = await TestStation.connect({ ...options, station: 'rogue' });
    const forbidden = [
      topics.from(id, 'dai-dong', 'state'),
      topics.from(id, 'dai-dong', 'report'),
      topics.all(id, 'order'),
      topics.to(id, 'dai-dong', 'order'),
      topics.in(id, 'phan-mem', 'order'),
      topics.in(id, 'rogue', 'receipt'),
      topics.alarm(id, 'rogue', 'no-such-alarm'),
      'loa/1/an-giang/from/rogue/report',
      '$SYS/anything',
      'anything',
    ];
    for (const topic of forbidden) await rogue.client.publishAsync(topic, 'x', { qos: 1, retain: true });
    await rogue.report(1);
    await rogue.acknowledged(1);
    t.equal(centre.logged('publish-refused').length, forbidden.length);
    t.same(dong.messages('order'), []);
    t.same(dong.messages('order', 'all'), []);
    t.match((await centre.get('/api/stations')).body.stations[0], { station: 'dai-dong', state: 'online' });
    await rogue.close();
  });

  await t.test('a will on the topic of another is dropped too', async (t) => {
    const before = centre.logged('publish-refused').length;
    const will = {
      topic: topics.from(id, 'dai-dong', 'state'),
      payload: Buffer.from('x'),
      qos: 1 as const,
      retain: true,
    };
    const rogue = await raw('rogue', { will });
    rogue.stream.destroy();
    await until('the refusal', () => centre.logged('publish-refused').length > before);
    t.match((await centre.get('/api/stations')).body.stations[0], { station: 'dai-dong', state: 'online' });
  });

  await t.test('only its own two filters are granted, alone or among others', async (t) => {
    const spy = await raw('spy');
    const got: string[] = [];
    spy.on('message', (topic) => got.push(topic));
    for (const filter of ['#', '+/#', 'loa/#', `loa/1/${id}/+/dai-dong/+`, `loa/1/${id}/from/spy/+`, '$SYS/#']) {
      await t.rejects(spy.subscribeAsync(filter, { qos: 1 }), filter);
    }
    await spy.subscribeAsync([`loa/1/${id}/to/spy/+`, '#', `loa/1/${id}/to/dai-dong/+`], { qos: 1 }).catch(() => []);
    await dong.report(1);
    await dong.acknowledged(1);
    await centre.order({ to: { stations: ['dai-dong'] } });
    await until('the order', async () => (await dong.orders('station')).length > 0);
    t.same(got, []);
    // What is granted among refused ones still works.
    await spy.publishAsync(topics.from(id, 'spy', 'birth'), 'no birth', { qos: 1 });
    await spy.endAsync();
  });

  await t.test('a persistent session is refused with a CONNACK, and keeps nothing', async (t) => {
    await t.rejects(raw('tan-tien', { clean: false }), { message: /Not authorized/ });
    const again = await raw('tan-tien');
    const got: string[] = [];
    again.on('message', (topic) => got.push(topic));
    await centre.order();
    await until('the order at another', async () => (await dong.orders()).length > 0);
    t.same(got, []);
    await again.endAsync();
  });

  await t.test('a client id that is no name of ours is refused with a CONNACK', async (t) => {
    for (const clientId of ['Dai-Dong', 'a/b', 'x'.repeat(65), '+']) {
      await t.rejects(raw(clientId), { message: /Identifier rejected/ }, clientId);
    }
  });

  await t.test('a packet of 1 MB closes the connection before it is sent, also before CONNECT', async (t) => {
    const { port, hostname } = new URL(centre.mqttUrl);
    const huge = generate({
      cmd: 'publish',
      topic: topics.from(id, 'tan-tien', 'report'),
      payload: Buffer.alloc(1_000_000),
      qos: 0,
      dup: false,
      retain: false,
    });
    const connect = generate({ cmd: 'connect', clientId: 'tan-tien', clean: true, protocolVersion: 4, keepalive: 30 });
    for (const opening of [Buffer.alloc(0), connect]) {
      const before = centre.logged('packet-too-large').length;
      const socket = connectSocket(Number(port), hostname);
      socket.on('error', () => {});
      await once(socket, 'connect');
      const closed = once(socket, 'close');
      // The first hundred bytes say how long it will be; the rest never goes out.
      socket.write(Buffer.concat([opening, huge.subarray(0, 100)]));
      socket.resume();
      await closed;
      t.equal(centre.logged('packet-too-large').length, before + 1);
    }
    t.ok(dong.client.connected, 'others are undisturbed');
  });

  await t.test('the largest allowed message passes', async (t) => {
    const before = centre.logged('message-unreadable').length;
    await dong.publish('health', Buffer.alloc(65_536, ' '));
    await until('that it came through', () => centre.logged('message-unreadable').length > before);
    t.ok(dong.client.connected);
  });

  await t.test('of two with one id the newer one stays, and stays online', async (t) => {
    const identity = await makeIdentity('yen-lac');
    const first = await TestStation.connect({ ...options, station: 'yen-lac', identity });
    const lost = new Promise<void>((resolve) => first.client.once('close', () => resolve()));
    const second = await TestStation.connect({ ...options, station: 'yen-lac', identity });
    await lost;
    await second.report(1);
    await second.acknowledged(1);
    const { stations } = (await centre.get('/api/stations')).body;
    t.match(stations.at(-1), { station: 'yen-lac', state: 'online' });
    await second.close();
  });

  await t.test('what a station may not leave behind is read once', async (t) => {
    const before = centre.logged('forged-report').length;
    await dong.client.publishAsync(topics.from(id, 'dai-dong', 'report'), 'junk', { qos: 1, retain: true });
    await until('that it was read once', () => centre.logged('forged-report').length > before);
    await dong.report(2);
    await dong.acknowledged(2);
    t.equal(centre.logged('forged-report').length, before + 1);
  });
});
