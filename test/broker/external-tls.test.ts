import mqtt, { type MqttClient } from 'mqtt';
import { test } from 'tap';
import { loadAuthority } from '../../broker/keys/key-store.ts';
import { encodeBirth } from '../../protocol/birth.ts';
import { decodeHost } from '../../protocol/host.ts';
import { filters, topics } from '../../protocol/topics.ts';
import { birth } from '../support/examples.ts';
import { Mosquitto, noMosquitto } from '../support/mosquitto.ts';
import { issuePapers, type Papers } from '../support/papers.ts';
import { makeKey } from '../support/puppet-centre.ts';
import { until } from '../support/until.ts';
import { callSecurely, TestCentre } from './support/test-centre.ts';
import { must } from './support/test-station.ts';

const id = TestCentre.id;

/** As broker/README.md gives them to whoever runs the broker. */
const rules = `
user centre-${id}
topic readwrite loa/1/${id}/#

pattern read loa/1/${id}/all/+
pattern read loa/1/${id}/to/%u/+
pattern write loa/1/${id}/from/%u/#
pattern write loa/1/${id}/in/%u/order
pattern read loa/1/${id}/in/%u/receipt
`;

test('a centre on a Mosquitto with TLS, client certificates and access rules', { skip: noMosquitto }, async (t) => {
  const centre = await TestCentre.start({ plain: false });
  t.teardown(() => centre.close());
  await centre.stop();
  const authority = await loadAuthority(centre.data);
  const { certificate: cert, key } = await authority.issueServer(['localhost', '127.0.0.1']);
  const mosquitto = await Mosquitto.start({ tls: { ca: authority.certificate, cert, key }, acl: rules });
  t.teardown(() => mosquitto.close());
  await centre.open({ plain: false, broker: mosquitto.url });

  const connect = async (clientId: string, papers: Partial<Papers>): Promise<MqttClient> => {
    const options = { clientId, ca: authority.certificate, reconnectPeriod: 0, protocolVersion: 4, ...papers } as const;
    const client = await mqtt.connectAsync(mosquitto.url, options, false);
    t.teardown(() => client.endAsync(true));
    return client;
  };
  const dong = await connect('dai-dong', await issuePapers(authority, 'dai-dong'));
  const heard: { topic: string; payload: Buffer }[] = [];
  dong.on('message', (topic, payload) => heard.push({ topic, payload }));
  const last = (topic: string) => until(topic, () => heard.findLast((message) => message.topic === topic)?.payload);

  await t.test('the centre is there, and hears and reaches a station', async (t) => {
    await dong.subscribeAsync([...filters.station(id, 'dai-dong')], { qos: 1 });
    t.equal(must(decodeHost(await last(topics.all(id, 'host')))).state, 'online');
    const known = encodeBirth({ ...birth, station: 'dai-dong', key: (await makeKey('dai-dong')).publicKey });
    await dong.publishAsync(topics.from(id, 'dai-dong', 'birth'), Buffer.from(known), { qos: 1, retain: true });
    const order = {
      ...{ title: 'Thông báo', priority: 'routine', to: { stations: ['dai-dong'] } },
      programme: [{ type: 'text', variants: [{ language: 'vi', text: 'Xin chào' }] }],
    };
    await until('the order to be booked', async () => {
      const answer = await callSecurely(centre.data, centre.httpUrl, '/api/orders', order);
      return answer.status === 201;
    });
    await last(topics.to(id, 'dai-dong', 'order'));
  });

  await t.test('nobody comes without a certificate', async (t) => {
    await t.rejects(connect('dao-tru', {}));
  });

  await t.test('a station speaks and hears as itself alone', async (t) => {
    const rogue = await connect('dao-tru', await issuePapers(authority, 'dao-tru'));
    heard.length = 0;
    const got: string[] = [];
    rogue.on('message', (topic) => got.push(topic));
    await rogue.subscribeAsync([`loa/1/${id}/to/dai-dong/+`, '#'], { qos: 1 }).catch(() => undefined);
    await rogue.publishAsync(topics.to(id, 'dai-dong', 'order'), 'x', { qos: 1 });
    await rogue.publishAsync(topics.all(id, 'order'), 'x', { qos: 1 });
    await centre.stop();
    t.equal(must(decodeHost(await last(topics.all(id, 'host')))).state, 'offline');
    t.notOk(heard.some(({ payload }) => payload.byteLength === 1));
    t.notOk(got.some((topic) => topic.includes('dai-dong')));
    await centre.open({ plain: false, broker: mosquitto.url });
  });

  await t.test('the centre comes back when the broker does', async (t) => {
    await mosquitto.kill();
    await until('the loss', () => centre.logged('broker-down').length > 2);
    const before = centre.logged('broker-up').length;
    await mosquitto.resume();
    await until('the return', () => centre.logged('broker-up').length > before);
    t.pass();
  });
});
