import { randomBytes } from 'node:crypto';
import mqtt from 'mqtt';
import type { Test } from 'tap';
import type { Bus, BusMessage } from '../../broker/bus/bus.ts';
import { filters, topics } from '../../protocol/topics.ts';
import { until } from '../support/until.ts';

const centre = 'vinh-phuc';

export interface BusSetUp {
  readonly bus: Bus;
  readonly close: () => Promise<void>;
}

/** What the centre expects of any bus. `make` gives a bus that is not started, for centre vinh-phuc. */
export async function busSuite(t: Test, make: () => Promise<BusSetUp>): Promise<void> {
  const { bus, close } = await make();
  const received: BusMessage[] = [];
  const events: string[] = [];
  await bus.start({
    filters: filters.centre(centre),
    message: (message) => received.push(message),
    up: () => events.push('up'),
    down: () => events.push('down'),
  });
  const connect = async (clientId: string, wanted: string[] = [...filters.station(centre, clientId)]) => {
    const client = await mqtt.connectAsync(bus.url, { clientId, clean: true, reconnectPeriod: 0, protocolVersion: 4 });
    const got: { topic: string; payload: string; retain: boolean }[] = [];
    client.on('message', (topic, payload, packet) =>
      got.push({ topic, payload: payload.toString(), retain: packet.retain }),
    );
    await client.subscribeAsync(wanted, { qos: 1 });
    return { client, got };
  };

  await t.test('is up with its subscriptions in place', async (t) => {
    t.same(events, ['up']);
    t.ok(bus.isUp());
    t.match(bus.url, /^mqtt:\/\/127\.0\.0\.1:\d+$/);
  });

  await t.test('hears every channel of a station, in order, and whole', async (t) => {
    const { client } = await connect('dai-dong');
    const payload = randomBytes(60_000);
    const sent = [
      topics.from(centre, 'dai-dong', 'state'),
      topics.from(centre, 'dai-dong', 'birth'),
      topics.from(centre, 'dai-dong', 'report'),
      topics.from(centre, 'dai-dong', 'health'),
      topics.from(centre, 'dai-dong', 'pull'),
      topics.alarm(centre, 'dai-dong', 'relay'),
    ];
    for (const topic of sent) await client.publishAsync(topic, payload, { qos: 1 });
    await until('all of them', () => received.length >= sent.length);
    t.same(
      received.map((message) => message.topic),
      sent,
    );
    t.ok(received.every((message) => payload.equals(message.payload)));
    await client.endAsync();
  });

  await t.test('hears ordering clients', async (t) => {
    const { client } = await connect('phan-mem', [topics.in(centre, 'phan-mem', 'receipt')]);
    await client.publishAsync(topics.in(centre, 'phan-mem', 'order'), 'order', { qos: 1 });
    const heard = await until('the order', () => received.find((message) => message.topic.endsWith('/order')));
    t.equal(heard.topic, 'loa/1/vinh-phuc/in/phan-mem/order');
    await client.endAsync();
  });

  await t.test('reaches everyone, one station, and later comers where retained', async (t) => {
    const first = await connect('dai-dong');
    const second = await connect('tan-tien');
    await bus.publish(topics.all(centre, 'host'), Buffer.from('online'), { qos: 1, retain: true });
    await bus.publish(topics.to(centre, 'dai-dong', 'ack'), Buffer.from('for one'), { qos: 1, retain: false });
    await bus.publish(topics.all(centre, 'order'), Buffer.from('for all'), { qos: 1, retain: false });
    await until('both', () => [first, second].every(({ got }) => got.some(({ payload }) => payload === 'for all')));
    t.same(
      first.got.map(({ payload }) => payload),
      ['online', 'for one', 'for all'],
    );
    t.same(
      second.got.map(({ payload }) => payload),
      ['online', 'for all'],
    );
    const third = await connect('yen-lac');
    await until('the retained one', () => third.got.length > 0);
    t.same(third.got, [{ topic: topics.all(centre, 'host'), payload: 'online', retain: true }]);
    await Promise.all([first, second, third].map(({ client }) => client.endAsync()));
  });

  await t.test('loses nothing of what is published at the same time, retained or not', async (t) => {
    const { client, got } = await connect('dai-dong');
    const numbers = Array.from({ length: 200 }, (_, at) => at);
    await Promise.all(
      numbers.map((number) =>
        bus.publish(topics.to(centre, 'dai-dong', number % 2 ? 'index' : 'ack'), Buffer.from(`number ${number}`), {
          qos: 1,
          retain: number % 2 === 1,
        }),
      ),
    );
    await until('all 200', () => got.filter(({ payload }) => payload.startsWith('number')).length >= 200);
    const of = (channel: string) =>
      got
        .filter(({ topic, payload }) => topic.endsWith(channel) && payload.startsWith('n'))
        .map(({ payload }) => payload);
    t.same(
      of('ack'),
      numbers.filter((number) => number % 2 === 0).map((number) => `number ${number}`),
    );
    t.same(
      of('index'),
      numbers.filter((number) => number % 2 === 1).map((number) => `number ${number}`),
    );
    await client.endAsync();
  });

  await t.test('says that it is down when it is closed, and publishes no more', async (t) => {
    await close();
    t.same(events, ['up', 'down']);
    t.notOk(bus.isUp());
    await t.rejects(bus.publish(topics.all(centre, 'host'), Buffer.from('x'), { qos: 1, retain: false }));
  });
}
