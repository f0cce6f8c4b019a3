import { once } from 'node:events';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { test } from 'tap';
import * as v from 'valibot';
import { configurationSchema } from '../../agent/configuration/schema.ts';
import { addClientKey } from '../../broker/keys/change-keys.ts';
import { stationPlanSchema } from '../../protocol/enrolment.ts';
import { identifier, keyId, sha256 } from '../../protocol/fields.ts';
import { orderSchema } from '../../protocol/order.ts';
import { anOrder } from '../support/examples.ts';
import { TestCentre } from './support/test-centre.ts';
import { makeIdentity } from './support/test-station.ts';

/** Anything that leads out of a folder, or to another file in it, however it is put together. */
const crooked = fc
  .tuple(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('/', '\\', '..', '.', '\0', '%2e', '%2F', ' ', '\n', '\u2215', '~', '$', ':'),
    fc.string({ maxLength: 8 }),
  )
  .map((parts) => parts.join(''));

test('no name that becomes a file leads anywhere else', async (t) => {
  const plan = { station: 'dai-dong', name: 'Đài', zones: [{ id: 'thon-1', name: 'Thôn 1' }] };
  const order = anOrder();
  const recording = (hash: string) => ({
    ...order,
    programme: order.programme.map((item) =>
      item.type === 'audio'
        ? { ...item, variants: item.variants.map((variant) => ({ ...variant, sha256: hash })) }
        : item,
    ),
  });
  const configuration = (zone: string) => ({
    ...{ centre: 'vinh-phuc', station: 'dai-dong', name: 'Đài', state: '/var/lib/loa' },
    link: { url: 'mqtt://centre' },
    trust: { root: 'A'.repeat(43) },
    hardware: { driver: 'none' },
    zones: [{ id: zone, name: 'Thôn 1' }],
    audio: { sink: 'wav', directory: '/tmp' },
  });
  t.ok(v.is(stationPlanSchema, plan));
  t.ok(v.is(orderSchema, order) && v.is(orderSchema, recording('ab'.repeat(32))));
  t.ok(v.is(configurationSchema, configuration('thon-1')));
  fc.assert(
    fc.property(crooked, (name) => {
      const refused =
        !v.is(identifier, name) &&
        (!v.is(keyId, name) || dirname(join('/keys', `signing-${name}.pem`)) === '/keys') &&
        !v.is(sha256, name) &&
        !v.is(stationPlanSchema, { ...plan, station: name }) &&
        !v.is(orderSchema, recording(name)) &&
        !v.is(configurationSchema, configuration(name));
      return refused;
    }),
    { numRuns: 2_000 },
  );
});

test('no address of the centre leads to a file that is no recording', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  await t.rejects(addClientKey(centre.data, { client: '../../x', key: 'A'.repeat(43), priorities: [] }), /client/);
  const { port, hostname } = new URL(centre.httpUrl);
  const secret = (await centre.headers()).authorization?.replace('Bearer ', '') ?? '-';
  const ways = [
    '/media/../api-token',
    '/media/..%2fapi-token',
    '/media/%2e%2e/api-token',
    '/media/..\\api-token',
    '/media/....//api-token',
    '/media/%00',
    '/media//etc/passwd',
    '//etc/passwd',
    '/../../etc/passwd',
    'http://x/../api-token',
    '/media/keys%2fauthority.pem',
    `/media/${'0'.repeat(64)}%00.json`,
  ];
  for (const way of ways) {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.end(`GET ${way} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    t.match(answer, /^HTTP\/1\.1 (404|400|401) /, way);
    t.notOk(answer.includes(secret) || answer.includes('root:'), way);
  }
});

test('[P-91] a station and an ordering client have names of their own', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const plan = (station: string) => ({ station, name: 'Đài', zones: [{ id: 'thon-1', name: 'Thôn 1' }] });
  const add = async (client: string) => {
    const { publicKey } = await makeIdentity(client);
    await addClientKey(centre.data, { client, key: publicKey, priorities: ['routine'] });
    await centre.post('/api/keys/reload');
  };
  const refused = (path: string, problem: RegExp) => ({
    ...{ status: 422, body: { refusal: { code: 'invalid-fields', fields: [{ path, problem }] } } },
  });

  await add('phan-mem');
  const both = { stations: [plan('dai-dong'), plan('phan-mem')] };
  t.match(await centre.post('/api/stations', both), refused('stations.1.station', /ordering client/));
  t.equal((await centre.post('/api/stations', { stations: [plan('dai-dong')] })).status, 200);
  t.equal((await centre.post('/api/clients/phan-mem/certificate')).status, 200);
  await add('dai-dong');
  t.match(await centre.post('/api/clients/dai-dong/certificate'), refused('client', /a station/));

  const ours = `centre-${TestCentre.id}`;
  t.match(await centre.post('/api/stations', { stations: [plan(ours)] }), refused('stations.0.station', /centre-/));
  await t.rejects(add(ours), /centre-/);
});
