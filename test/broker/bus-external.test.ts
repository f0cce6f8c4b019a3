import mqtt from 'mqtt';
import { test } from 'tap';
import { ExternalBus } from '../../broker/bus/external.ts';
import { silentLog } from '../../broker/log.ts';
import { Mosquitto, noMosquitto } from '../support/mosquitto.ts';
import { until } from '../support/until.ts';
import { busSuite } from './bus-suite.ts';

const will = () => ({ topic: 'loa/1/vinh-phuc/all/host', payload: Buffer.from('offline') });
const over = (url: string) => new ExternalBus({ url, clientId: 'centre-vinh-phuc', will, log: silentLog });

test('the bus over Mosquitto', { skip: noMosquitto }, async (t) => {
  const mosquitto = await Mosquitto.start();
  t.teardown(() => mosquitto.close());

  await t.test('does what every bus does', (t) =>
    busSuite(t, async () => {
      const bus = over(mosquitto.url);
      return { bus, close: () => bus.close() };
    }),
  );

  await t.test('comes back when the broker does, with its subscriptions', async (t) => {
    const events: string[] = [];
    const heard: string[] = [];
    const bus = over(mosquitto.url);
    await bus.start({
      filters: ['loa/1/vinh-phuc/from/+/report'],
      message: ({ payload }) => heard.push(Buffer.from(payload).toString()),
      up: () => events.push('up'),
      down: () => events.push('down'),
    });
    await mosquitto.kill();
    await until('down', () => !bus.isUp());
    await t.rejects(bus.publish('loa/1/vinh-phuc/all/order', Buffer.from('lost'), { qos: 1, retain: false }));
    await mosquitto.resume();
    await until('up', () => bus.isUp());
    t.same(events, ['up', 'down', 'up']);
    const station = await mqtt.connectAsync(mosquitto.url, { clientId: 'dai-dong', reconnectPeriod: 0 });
    await station.publishAsync('loa/1/vinh-phuc/from/dai-dong/report', 'again', { qos: 1 });
    await until('the report', () => heard.includes('again'));
    await station.endAsync();
    await bus.close();
  });

  await t.test('starts without a broker and connects when there is one', async (t) => {
    await mosquitto.kill();
    const bus = over(mosquitto.url);
    let ups = 0;
    await bus.start({ filters: ['loa/1/vinh-phuc/in/+/order'], message: () => {}, up: () => ups++, down: () => {} });
    t.notOk(bus.isUp());
    await mosquitto.resume();
    await until('up', () => bus.isUp());
    t.equal(ups, 1);
    await bus.close();
  });
});
