import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { createFrameSplitter, publishPacket } from '../../simulator/link/frames.ts';
import { type Link, startLink } from '../../simulator/link/link.ts';
import { until } from './helpers.ts';

interface Ends {
  readonly link: Link;
  readonly station: Socket;
  readonly broker: Socket;
  readonly stationHeard: () => Buffer;
  readonly brokerHeard: () => Buffer;
}

async function connected(t: Test): Promise<Ends> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const link = await startLink(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const arrival = once(server, 'connection');
  const station = connect(Number(new URL(link.url).port), '127.0.0.1');
  const [broker] = (await arrival) as [Socket];
  t.teardown(async () => {
    station.destroy();
    broker.destroy();
    server.close();
    await link.close();
  });
  const heardBy = (socket: Socket): (() => Buffer) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => {});
    return () => Buffer.concat(chunks);
  };
  return { link, station, broker, stationHeard: heardBy(station), brokerHeard: heardBy(broker) };
}

const packet = (body: number): Buffer => publishPacket('some/topic', Buffer.alloc(body, 0x61));

test('everything passes both ways, unchanged', async (t) => {
  const { station, broker, stationHeard, brokerHeard } = await connected(t);
  const sent = Buffer.concat([packet(0), packet(100), packet(20_000), packet(3_000_000)]);
  station.write(sent);
  broker.write(sent);
  await until(() => stationHeard().length === sent.length && brokerHeard().length === sent.length);
  t.ok(stationHeard().equals(sent));
  t.ok(brokerHeard().equals(sent));
});

test('a frozen link is silent and open, and loses nothing', async (t) => {
  const { link, station, broker, brokerHeard, stationHeard } = await connected(t);
  link.freeze(true);
  station.write('up');
  broker.write(packet(3));
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(brokerHeard().length + stationHeard().length, 0);
  t.notOk(station.destroyed || broker.destroyed);
  link.freeze(false);
  await until(() => brokerHeard().toString() === 'up' && stationHeard().equals(packet(3)));
});

test('a delayed link keeps the order', async (t) => {
  const { link, station, brokerHeard } = await connected(t);
  link.delay(60);
  const began = performance.now();
  station.write('a');
  await new Promise((resolve) => setTimeout(resolve, 10));
  link.delay(0);
  station.write('b');
  await until(() => brokerHeard().toString() === 'ab');
  t.ok(performance.now() - began >= 59);
});

test('reset breaks both ends; the next connection passes', async (t) => {
  const { link, station, broker } = await connected(t);
  const broken = Promise.all([
    new Promise((r) => station.once('close', r)),
    new Promise((r) => broker.once('close', r)),
  ]);
  const error = new Promise((resolve) => station.once('error', resolve));
  link.reset();
  await broken;
  t.match(await error, { code: 'ECONNRESET' });
  const again = connect(Number(new URL(link.url).port), '127.0.0.1');
  await once(again, 'connect');
  await until(() => link.connections === 1);
  again.destroy();
  await until(() => link.connections === 0);
});

test('cut refuses until restored on the same port', async (t) => {
  const { link, station } = await connected(t);
  const gone = new Promise((resolve) => station.once('close', resolve));
  await link.cut();
  await gone;
  const refused = connect(Number(new URL(link.url).port), '127.0.0.1');
  t.match(await new Promise((resolve) => refused.once('error', resolve)), { code: 'ECONNREFUSED' });
  await link.restore();
  const again = connect(Number(new URL(link.url).port), '127.0.0.1');
  await once(again, 'connect');
  again.destroy();
});

test('the end of one side ends the other', async (t) => {
  const { station, broker } = await connected(t);
  const ended = once(broker, 'end');
  station.end();
  await ended;
  const closed = new Promise((resolve) => station.once('close', resolve));
  broker.end();
  await closed;
  t.pass();
});

test('property: however the stream is cut up, packets are found where they end', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 }),
      (bodies, cuts) => {
        const stream = Buffer.concat(bodies.map(packet));
        const ends = new Set(bodies.map((_, i) => Buffer.concat(bodies.slice(0, i + 1).map(packet)).length));
        const splitter = createFrameSplitter();
        let at = 0;
        for (let turn = 0; at < stream.length; turn++) {
          const from = at;
          const chunk = stream.subarray(from, from + (cuts[turn % cuts.length] ?? 1));
          const pieces = splitter.split(chunk);
          if (!Buffer.concat(pieces).equals(chunk)) return false;
          at += chunk.length;
          if (splitter.betweenPackets !== ends.has(at)) return false;
          let position = from;
          for (const piece of pieces.slice(0, -1)) {
            position += piece.length;
            if (!ends.has(position)) return false;
          }
        }
        return true;
      },
    ),
  );
  t.end();
});
