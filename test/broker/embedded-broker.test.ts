import mqtt from 'mqtt';
import { test } from 'tap';
import { silentLog } from '../../broker/log.ts';
import { makeEmbeddedBroker } from '../../broker/mqtt/embedded-broker.ts';
import { topics } from '../../protocol/topics.ts';
import { until } from '../support/until.ts';

const centre = 'vinh-phuc';

interface Store {
  readonly persistence: { createRetainedStream(pattern: string): AsyncIterable<{ readonly topic: string }> };
}

test('what the embedded broker hands on and keeps', async (t) => {
  const broker = await makeEmbeddedBroker({ centre, host: '127.0.0.1', port: 0, log: silentLog });
  t.teardown(() => broker.close());
  const url = await broker.listen();
  const dong = await mqtt.connectAsync(url, { clientId: 'dai-dong', reconnectPeriod: 0, protocolVersion: 4 });
  t.teardown(() => dong.endAsync(true));
  const heard: string[] = [];
  dong.on('message', (topic) => heard.push(topic));
  await dong.subscribeAsync([`loa/1/${centre}/all/+`, `loa/1/${centre}/to/dai-dong/+`], { qos: 1 });
  const publish = (topic: string) =>
    new Promise<void>((resolve, reject) =>
      broker.aedes.publish(
        { cmd: 'publish', topic, payload: Buffer.from('x'), qos: 1, retain: false, dup: false },
        (error) => (error ? reject(error) : resolve()),
      ),
    );

  await t.test(
    'nothing that is no message for this peer leaves, whatever it was granted to subscribe to',
    async (t) => {
      await publish(`loa/1/${centre}/all/anything`);
      await publish(`loa/1/${centre}/to/dai-dong/anything`);
      await publish(topics.all(centre, 'host'));
      await until('what is for it', () => heard.includes(topics.all(centre, 'host')));
      t.same(heard, [topics.all(centre, 'host')]);
    },
  );

  await t.test('of what a station says only its state, birth and alarms are retained', async (t) => {
    for (const channel of ['report', 'health', 'pull', 'state'] as const) {
      await dong.publishAsync(topics.from(centre, 'dai-dong', channel), 'x', { qos: 1, retain: true });
    }
    const kept: string[] = [];
    // Nobody may subscribe to it, so only the store itself tells; its types leave it out.
    const { persistence } = broker.aedes as unknown as Store;
    for await (const { topic } of persistence.createRetainedStream('#')) kept.push(topic);
    t.same(kept, [topics.from(centre, 'dai-dong', 'state')]);
  });
});
