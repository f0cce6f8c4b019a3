import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { generate } from 'mqtt-packet';
import { test } from 'tap';
import { loadAuthority } from '../../broker/keys/key-store.ts';
import { encodeBirth } from '../../protocol/birth.ts';
import { topics } from '../../protocol/topics.ts';
import { birth } from '../support/examples.ts';
import { issuePapers, type Papers } from '../support/papers.ts';
import { makeKey } from '../support/puppet-centre.ts';
import { until } from '../support/until.ts';
import { callSecurely, TestCentre } from './support/test-centre.ts';

const id = TestCentre.id;
const FAR = '127.0.0.77';

test('what a certified station, and whoever has no certificate, cannot do over TLS', async (t) => {
  const centre = await TestCentre.start({ plain: false });
  t.teardown(() => centre.close());
  const authority = await loadAuthority(centre.data);
  const ca = authority.certificate;
  const connect = async (clientId: string, { cert, key }: Papers, more: IClientOptions = {}): Promise<MqttClient> => {
    const options = { clientId, cert, key, ca, clean: true, reconnectPeriod: 0, protocolVersion: 4, ...more } as const;
    const client = await mqtt.connectAsync(centre.mqttUrl, options, false);
    t.teardown(() => client.endAsync(true));
    return client;
  };
  const dong = await issuePapers(authority, 'dai-dong');
  const tru = await issuePapers(authority, 'dao-tru');
  const victim = await connect('dai-dong', dong);
  const heard: string[] = [];
  victim.on('message', (topic, payload) => heard.push(`${topic} ${payload.byteLength}`));
  await victim.subscribeAsync([`loa/1/${id}/all/+`, `loa/1/${id}/to/dai-dong/+`], { qos: 1 });

  const known = encodeBirth({ ...birth, station: 'dai-dong', key: (await makeKey('dai-dong')).publicKey });
  await victim.publishAsync(topics.from(id, 'dai-dong', 'birth'), Buffer.from(known), { qos: 1, retain: true });

  await t.test('publish as another, or as the centre', async (t) => {
    const rogue = await connect('dao-tru', tru);
    heard.length = 0;
    const forbidden = [
      topics.from(id, 'dai-dong', 'state'),
      topics.from(id, 'dai-dong', 'report'),
      topics.alarm(id, 'dai-dong', 'disk'),
      topics.to(id, 'dai-dong', 'order'),
      topics.all(id, 'order'),
      topics.all(id, 'keys'),
      topics.all(id, 'host'),
      topics.in(id, 'dao-tru', 'order'),
    ];
    for (const topic of forbidden) await rogue.publishAsync(topic, 'x', { qos: 1, retain: true });
    t.equal(centre.logged('publish-refused').length, forbidden.length);
    // What is allowed comes after what was refused, and arrives.
    await rogue.publishAsync(topics.from(id, 'dao-tru', 'health'), 'x', { qos: 1 });
    await until('its own', () => centre.logged('message-unreadable').length > 0);
    t.notOk(
      heard.some((message) => message.endsWith(' 1')),
      'nothing of it reached anybody',
    );
    await rogue.endAsync();
  });

  await t.test('listen to others, alone, among granted filters, or in a session that is kept', async (t) => {
    const spy = await connect('dao-tru', tru);
    const got: string[] = [];
    spy.on('message', (topic) => got.push(topic));
    const own = [`loa/1/${id}/all/+`, `loa/1/${id}/to/dao-tru/+`];
    const others = ['#', '+', '+/#', 'loa/#', `loa/1/${id}/#`, `loa/1/${id}/to/+/order`, `loa/1/${id}/from/+/report`];
    for (const filter of [...others, `loa/1/${id}/to/dai-dong/+`, '$SYS/#', '$share/x/loa/#']) {
      await t.rejects(spy.subscribeAsync(filter, { qos: 1 }), filter);
      await spy.subscribeAsync([own[0] ?? '', filter, own[1] ?? ''], { qos: 1 }).catch(() => undefined);
    }
    await callSecurely(centre.data, centre.httpUrl, '/api/orders', anOrderFor('dai-dong'));
    await until('the order at its station', () =>
      heard.some((message) => message.startsWith(topics.to(id, 'dai-dong', 'order'))),
    );
    await spy.publishAsync(topics.from(id, 'dao-tru', 'health'), 'x', { qos: 1 });
    t.same(
      got.filter((topic) => !topic.startsWith(`loa/1/${id}/all/`) && !topic.startsWith(`loa/1/${id}/to/dao-tru/`)),
      [],
    );
    await spy.endAsync();
    await t.rejects(connect('dao-tru', tru, { clean: false }), /Not authorized/);
  });

  await t.test('take the place of another: the true one stays connected', async (t) => {
    await t.rejects(connect('dai-dong', tru), /Not authorized/);
    t.equal(victim.connected, true);
    const again = await connect('dai-dong', dong);
    await until('the older session of the same board to end', () => !victim.connected);
    await again.endAsync();
  });

  await t.test('send 100 MB before it has said who it is', async (t) => {
    const { hostname: host, port } = new URL(centre.mqttUrl);
    const socket = connectTls({ host, port: Number(port), ca, cert: tru.cert, key: tru.key });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    const huge = generate({
      cmd: 'publish',
      topic: 'x',
      payload: Buffer.alloc(100e6),
      qos: 0,
      dup: false,
      retain: false,
    });
    const closed = once(socket, 'close');
    socket.write(huge.subarray(0, 100));
    await closed;
    t.equal(centre.logged('packet-too-large').length, 1);
  });

  await t.test('send 100 MB where boards enrol', async (t) => {
    const { hostname: host, port } = new URL(centre.httpUrl);
    const request = httpsRequest({ host, port, ca, method: 'POST', path: '/enrol' });
    request.on('error', () => {});
    let sent = 0;
    const more = () => {
      if (request.destroyed || sent > 100e6) return;
      sent += 65_536;
      request.write(Buffer.alloc(65_536, ' '), () => setImmediate(more));
    };
    const answered = once(request, 'response');
    more();
    const [response] = await answered;
    t.equal(response.statusCode, 413);
    await once(response.resume(), 'close');
    t.ok(sent < 20e6, `${sent} bytes left the sender`);
  });

  await t.test('[P-121] keep others out by knocking without end at both ports', async (t) => {
    const knocks: Socket[] = [];
    t.teardown(() => {
      for (const socket of knocks) socket.destroy();
    });
    for (const url of [centre.mqttUrl, centre.httpUrl]) {
      const { port } = new URL(url);
      await Promise.all(
        Array.from({ length: 1_500 }, async () => {
          const socket = connectSocket({ port: Number(port), host: '127.0.0.1', localAddress: FAR });
          knocks.push(socket.on('error', () => {}));
          await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
        }),
      );
    }
    const back = await connect('dai-dong', dong);
    t.equal(back.connected, true, 'MQTT');
    const answer = await callSecurely(centre.data, centre.httpUrl, '/api/orders', anOrderFor('dai-dong'));
    t.equal(answer.status, 201, 'HTTPS');
  });
});

const anOrderFor = (station: string) => ({
  title: 'Thông báo lịch tiêm chủng',
  priority: 'routine',
  to: { stations: [station] },
  programme: [{ type: 'text', variants: [{ language: 'vi', text: 'Đề nghị bà con đến đúng giờ.' }] }],
});
