import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { test } from 'tap';
import { initKeys } from '../../broker/keys/key-store.ts';
import { startIntruder } from '../../simulator/demo/intruder.ts';
import { stealPapers } from '../../simulator/demo/stolen-papers.ts';
import { publishPacket } from '../../simulator/link/frames.ts';
import { until } from './helpers.ts';

test('a forged message comes between two packets, never inside one, to a station that believes the intruder', async (t) => {
  const data = t.testdir();
  await initKeys(data, 'vinh-phuc');
  const papers = await stealPapers(data, 'dai-dong');
  const ca = papers.authority;
  const server = createServer({ ...papers.server, ca, requestCert: true, rejectUnauthorized: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const intruder = await startIntruder({
    broker: `mqtts://127.0.0.1:${(server.address() as AddressInfo).port}`,
    papers,
  });
  const arrival = once(server, 'secureConnection');
  const station = connect({ host: '127.0.0.1', port: Number(new URL(intruder.url).port), ca });
  const [broker] = (await arrival) as [TLSSocket];
  t.teardown(async () => {
    station.destroy();
    await intruder.close();
    server.close();
  });
  t.match(broker.getPeerCertificate().subject, { CN: 'dai-dong', O: 'station' });
  const heard: Buffer[] = [];
  station.on('data', (chunk: Buffer) => heard.push(chunk));
  const count = () => Buffer.concat(heard).length;

  const long = publishPacket('some/topic', Buffer.alloc(5_000, 'a'));
  const forged = publishPacket('loa/1/x/all/order', Buffer.from('forged'));
  broker.write(long.subarray(0, 2));
  await until(() => count() === 2);
  t.equal(intruder.publish('loa/1/x/all/order', Buffer.from('forged')), 1);
  broker.write(long.subarray(2));
  const expected = Buffer.concat([long, forged]);
  await until(() => count() === expected.length);
  t.ok(Buffer.concat(heard).equals(expected));
  intruder.publish('loa/1/x/all/order', Buffer.from('forged'));
  await until(() => count() === expected.length + forged.length);
});
