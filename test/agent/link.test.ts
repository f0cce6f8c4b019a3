import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { test } from 'tap';
import { Link } from '../../agent/link/link.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

test('a broker that is not there is tried again after random rests that grow to a minute and no further', async (t) => {
  const clock = new ManualClock();
  const rests: number[] = [];
  const link = new Link({
    url: 'mqtt://127.0.0.1:1',
    clientId: 'dai-dong',
    filters: ['a/+', 'b/+'],
    clock,
    log: (_, event, fields) => {
      if (event === 'link-retry') rests.push(Number(fields?.inMs));
    },
    will: () => ({ topic: 'will', payload: new Uint8Array() }),
    onUp: () => t.fail('nobody is there'),
    onDown: () => t.fail('it was never up'),
    onMessage: async () => {},
  });
  link.open();
  for (let attempt = 1; attempt <= 60; attempt++) {
    await until(`attempt ${attempt}`, () => rests.length === attempt);
    await clock.advance(60_000);
  }
  await link.close({ topic: 'will', payload: new Uint8Array() });
  rests.slice(0, 7).forEach((rest, at) => {
    t.ok(rest <= 1_000 * 2 ** at, `rest ${at + 1}: ${rest} ms`);
  });
  t.ok(Math.max(...rests) <= 60_000);
  const late = rests.slice(7);
  t.ok(Math.max(...late) > 40_000 && Math.min(...late) < 20_000, 'spread over the whole minute');
  t.ok(new Set(late).size > late.length / 2, 'no two stations alike');
});

test('[P-20] a packet that announces more than any message is not collected: the connection ends', async (t) => {
  const announced = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0x00]);
  const sockets = new Set<Socket>();
  const broker = createServer((socket) => {
    sockets.add(socket);
    socket.once('data', () => {
      socket.write(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
      socket.write(announced);
    });
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  }).listen(0, '127.0.0.1');
  await once(broker, 'listening');
  t.teardown(() => broker.close());
  const told: string[] = [];
  const link = new Link({
    url: `mqtt://127.0.0.1:${(broker.address() as AddressInfo).port}`,
    clientId: 'dai-dong',
    filters: ['a/+', 'b/+'],
    clock: new ManualClock(),
    log: (_, event) => void told.push(event),
    will: () => ({ topic: 'will', payload: new Uint8Array() }),
    onUp: () => {},
    onDown: () => {},
    onMessage: async () => {},
  });
  link.open();
  t.teardown(() => link.close({ topic: 'will', payload: new Uint8Array() }));
  await until('the end of the connection', () => told.includes('link-retry') && sockets.size === 0);
  t.ok(told.includes('packet-too-large'));
});
