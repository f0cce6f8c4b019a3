import { once } from 'node:events';
import { connect } from 'node:net';
import { generate } from 'mqtt-packet';
import { test } from 'tap';
import { topics } from '../../protocol/topics.ts';
import { until } from '../support/until.ts';
import { TestCentre } from './support/test-centre.ts';
import { TestStation } from './support/test-station.ts';

const id = TestCentre.id;
const FLOOD = 20_000;

test('[P-122] a station that publishes without end is read more slowly, and what others say passes it', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const { port, hostname } = new URL(centre.mqttUrl);
  const publish = (topic: string, payload: string) =>
    generate({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false });
  const flood = connect(Number(port), hostname);
  t.teardown(() => flood.destroy());
  flood.on('error', () => {});
  await once(flood, 'connect');
  flood.write(generate({ cmd: 'connect', clientId: 'rogue', clean: true, protocolVersion: 4, keepalive: 30 }));
  await once(flood, 'data');
  const taken = () => centre.logged('publish-refused').length;
  flood.write(Buffer.concat(Array.from({ length: FLOOD }, () => publish(topics.all(id, 'order'), 'x'))));
  await until('the flood', () => taken() > 1_000);

  const dong = await TestStation.connect({ url: centre.mqttUrl, root: centre.root, station: 'dai-dong' });
  t.teardown(() => dong.close());
  await dong.report(1);
  await dong.acknowledged(1);
  await centre.order({ to: { stations: ['dai-dong'] }, priority: 'emergency' });
  await until('the order', async () => (await dong.orders('station')).length > 0);
  t.ok(taken() < FLOOD, `${taken()} of the flood were read meanwhile`);
  t.notOk(flood.destroyed, 'nobody is cut off for it');
  await until('that it is read on', () => taken() > 6_000);
});
