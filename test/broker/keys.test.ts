import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { type Test, test } from 'tap';
import { addClientKey, importManifest, revokeKeys, rotateKeys } from '../../broker/keys/change-keys.ts';
import { initKeys, loadKeys } from '../../broker/keys/key-store.ts';
import { signRequest } from '../../broker/keys/request.ts';
import { peekKid } from '../../protocol/envelope.ts';
import { decodeKeys, importPublicKey, type Keys } from '../../protocol/keys.ts';
import { encodeOrderRequest } from '../../protocol/order.ts';
import { decodeReceipt, type Receipt } from '../../protocol/receipt.ts';
import { topics } from '../../protocol/topics.ts';
import { anOrder } from '../support/examples.ts';
import { until } from '../support/until.ts';
import { loaBroker, RunningCentre } from './support/loa-broker.ts';
import { TestCentre } from './support/test-centre.ts';
import { makeIdentity, must, sha256, TestStation } from './support/test-station.ts';

const DAYS = 365;

async function folder(t: Test): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'loa-keys-'));
  t.teardown(() => rm(data, { recursive: true, force: true }));
  return data;
}

test('[P-106] the root key may be elsewhere: a change is asked for, signed there and brought in', async (t) => {
  const data = await folder(t);
  const { signing } = await initKeys(data, 'vinh-phuc');
  const root = join(await folder(t), 'root.pem');
  await rename(join(data, 'keys', 'root.pem'), root);

  const { kid, request = '' } = await rotateKeys(data, DAYS);
  t.equal((await loadKeys(data)).signer.kid, signing, 'nothing has changed yet');
  // What is asked for before the first was signed goes along with it.
  const client = await makeIdentity('phan-mem');
  const added = await addClientKey(data, { client: 'phan-mem', key: client.publicKey, priorities: ['routine'] });
  t.equal(added.request, request);
  const pem = await readFile(root, 'utf8');
  const done = await signRequest(request, await readFile(request), pem);
  t.same(done.differences.added.map((key) => key.kid).sort(), [kid, added.kid].sort());
  t.same([done.differences.revoked, done.differences.dropped], [[], []]);

  await t.test('by that root key, following what is in force, and whole', async (t) => {
    const other = await folder(t);
    await initKeys(other, 'vinh-phuc');
    const otherPem = await readFile(join(other, 'keys', 'root.pem'), 'utf8');
    const text = await readFile(request);
    await t.rejects(signRequest(request, text, otherPem), { code: 'other-root' });
    await t.rejects(signRequest(request, text, 'no key'), { code: 'no-root' });
    await t.rejects(signRequest(request, Buffer.from('{}'), pem), { code: 'no-request' });
    const skipping = JSON.parse(text.toString('utf8'));
    skipping.next.version += 1;
    await t.rejects(signRequest(request, Buffer.from(JSON.stringify(skipping)), pem), { code: 'no-request' });
    const foreign = await readFile(join(other, 'keys', 'manifest.jws'));
    await t.rejects(importManifest(data, 'x', foreign), { code: 'other-root' });
    await t.rejects(importManifest(data, 'x', await readFile(join(data, 'keys', 'manifest.jws'))), {
      code: 'superseded',
    });
  });

  t.match(await importManifest(data, 'manifest', done.signed), { version: 2 });
  const now = await loadKeys(data);
  t.equal(now.signer.kid, kid);
  t.notOk(
    (await readdir(join(data, 'keys'))).some((file) => file.includes(signing)),
    'nobody signs with it any more',
  );
  t.ok(now.manifest.keys.find((key) => key.kid === signing)?.notAfter, 'what it signed counts a while');
  await t.rejects(importManifest(data, 'manifest', done.signed), { code: 'superseded' });

  await t.test('the signing key itself may be revoked: another takes over in the same manifest', async (t) => {
    const revoked = await revokeKeys(data, [kid], DAYS);
    const again = await signRequest('r', await readFile(revoked.request ?? ''), pem);
    t.same(again.differences.revoked, [kid]);
    t.match(await importManifest(data, 'manifest', again.signed), { version: 3 });
    t.not((await loadKeys(data)).signer.kid, kid);
    await t.rejects(revokeKeys(data, ['nobody'], DAYS), { code: 'unknown' });
  });
});

test('changes at the same time make manifests of different numbers', async (t) => {
  const data = await folder(t);
  await initKeys(data, 'vinh-phuc');
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => rotateKeys(data, DAYS)));
  const versions = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value.version] : []));
  t.equal(new Set(versions).size, versions.length);
  t.equal((await loadKeys(data)).manifest.version, 1 + versions.length);
});

test('[P-104] a running centre changes keys: first the manifest, then all that is in force under the new key', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const dong = await TestStation.connect({ url: centre.mqttUrl, root: centre.root, station: 'dai-dong' });
  t.teardown(() => dong.close());
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const first = (await centre.order({ expiresAt })).body;
  const cancelled = (await centre.order({ expiresAt })).body;
  await centre.post(`/api/orders/${cancelled.id}/cancel`, { reason: 'Thử' });
  const before = await dong.order(first.id);
  const old = (await loadKeys(centre.data)).signer.kid;
  t.match(await revokeKeys(centre.data, [old], DAYS), { version: 2 });
  const { kid } = (await loadKeys(centre.data)).signer;
  t.equal((await centre.post('/api/keys/reload')).status, 200);

  const manifest = await until('the manifest', async () => {
    const latest = dong.messages('keys', 'all').at(-1);
    const keys: Keys | undefined = latest && must(await decodeKeys(latest, await importPublicKey(centre.root)));
    return keys?.version === 2 ? keys : undefined;
  });
  t.same(manifest.revoked, [old]);
  const index = await until('an index by the new key', () => {
    const latest = dong.messages('index', 'all').at(-1);
    return latest !== undefined && peekKid(latest) === kid ? dong.index('all') : undefined;
  });
  t.same(
    index.orders.map(({ id, rev }) => ({ id, rev })),
    [{ id: first.id, rev: 1 }],
  );
  t.match(index.cancelled, [{ id: cancelled.id, rev: 1, at: /Z$/ }]);

  const pulled = dong.messages('order').length;
  await dong.pull({
    orders: [
      { id: first.id, rev: 1 },
      { id: cancelled.id, rev: 1 },
    ],
  });
  const answers = await until('both', () => {
    const all = dong.messages('order').slice(pulled);
    return all.length === 2 ? all : undefined;
  });
  t.same(answers.map(peekKid), [kid, kid]);
  t.same((await dong.orders('station')).at(-1), before, 'the very same order');
  t.match(await dong.cancellations('station'), [{ id: cancelled.id, reason: 'Thử' }]);
  const order = index.orders[0];
  t.ok(
    answers.some((signed) => sha256(signed) === order?.hash),
    'and the index names its hash',
  );

  await t.test('a station that has not followed yet gets an index, though nothing is ordered of it', async (t) => {
    const tru = await TestStation.connect({ url: centre.mqttUrl, root: centre.root, station: 'dao-tru' });
    t.teardown(() => tru.close());
    t.same((await tru.index('station')).orders, []);
  });

  await t.test('keys that changed while nobody ran are taken up at the start', async (t) => {
    await centre.stop();
    const { kid: latest } = await rotateKeys(centre.data, DAYS);
    await centre.open();
    const signed = centre.logged('signed-anew').at(-1);
    t.match(signed, { fields: { messages: 3, signer: latest } });
  });

  await t.test('[P-101] a signing key that has ended orders nothing, and says what to do', async (t) => {
    await centre.stop();
    const keys = join(centre.data, 'keys');
    const ended = await rotateKeys(centre.data, 1 / 86_400_000);
    await rename(join(keys, 'root.pem'), join(keys, 'elsewhere.pem'));
    await centre.open();
    t.match(centre.logged('signing-key-ends').at(-1), { fields: { kid: ended.kid } });
    t.match(await centre.order(), { status: 422, body: { refusal: { code: 'expired-key' } } });
    t.ok((await readdir(keys)).includes(`signing-${ended.kid}.pem`));
  });

  await t.test('[P-109] where the root key lies here, the next signing key takes over by itself', async (t) => {
    const keys = join(centre.data, 'keys');
    await centre.stop();
    await rename(join(keys, 'elsewhere.pem'), join(keys, 'root.pem'));
    await centre.open();
    t.equal((await centre.order()).status, 201);
    const { signer, signerEnds = '' } = await loadKeys(centre.data);
    t.match(centre.logged('signing-key-rotated').at(-1), { fields: { kid: signer.kid } });
    t.ok(Date.parse(signerEnds) - Date.now() > 700 * 86_400_000);
    await centre.stop();
    await centre.open();
    t.equal((await loadKeys(centre.data)).signer.kid, signer.kid, 'once');
  });
});

test('loa-broker keys and clients, as an operator types them', async (t) => {
  const data = await folder(t);
  const inEnglish = (...parameters: string[]) => loaBroker(...parameters, '--data', data, '--lang', 'en');
  await initKeys(data, 'vinh-phuc');
  const centre = await RunningCentre.start(data);
  t.teardown(() => centre.end('SIGTERM'));
  const first = (await loadKeys(data)).signer.kid;
  const list = async () => JSON.parse((await inEnglish('keys', 'list', '--json')).out);
  t.match(await list(), {
    version: 1,
    rootIsHere: true,
    keys: [{ kid: first, state: 'signs' }],
    stations: { behind: [] },
  });

  const rotation = await inEnglish('keys', 'rotate');
  t.match(rotation, { status: 0, out: /Manifest version 2 is in force/ });
  t.match((await list()).keys, [{ kid: first, state: 'counts' }, { state: 'signs' }]);
  t.match(await inEnglish('keys', 'revoke', first), { status: 0, out: /Manifest version 3/ });
  t.match(await inEnglish('keys', 'list'), { status: 0, out: new RegExp(`${first}.*revoked`) });
  t.match(await inEnglish('keys', 'revoke', first), { status: 2, err: /There is no key/ });

  const { publicKey } = await makeIdentity('phan-mem');
  const added = await inEnglish('keys', 'add-client', 'phan-mem', '--key', publicKey, '--priority', 'routine');
  t.equal(added.status, 0);
  t.match(await inEnglish('clients', 'revoke', 'phan-mem'), { status: 0, out: /cut off: keys 1.*Manifest version 5/s });
  t.match(await inEnglish('clients', 'revoke', 'phan-mem'), { status: 0, out: /no key and no certificate/ });

  const root = join(await folder(t), 'root.pem');
  await rename(join(data, 'keys', 'root.pem'), root);
  const asked = JSON.parse((await inEnglish('keys', 'rotate', '--json')).out);
  t.match(await inEnglish('keys', 'list'), { out: /root key is on another machine/ });
  const signed = join(await folder(t), 'manifest.jws');
  const signing = await loaBroker('keys', 'sign', asked.request, '--root', root, '--out', signed, '--lang', 'en');
  t.match(signing, { status: 0, out: new RegExp(`version 6 of the keys of vinh-phuc.*new: ${asked.kid}`, 's') });
  t.match(await inEnglish('keys', 'import', signed), { status: 0, out: /Manifest version 6 is in force/ });
  t.equal((await list()).keys.at(-1).kid, asked.kid);
  t.match(await loaBroker('keys', 'import', signed, '--data', data), { status: 2, err: /không mới hơn/ });
});

test('[P-107] a revoked client orders nothing more, though the root key is elsewhere', async (t) => {
  const centre = await TestCentre.start();
  t.teardown(() => centre.close());
  const identity = await makeIdentity('phan-mem');
  const { kid } = await addClientKey(centre.data, {
    ...{ client: 'phan-mem', key: identity.publicKey, priorities: ['routine'] },
  });
  await centre.post('/api/keys/reload');
  await rename(join(centre.data, 'keys', 'root.pem'), join(centre.data, 'root.pem'));
  const link = await mqtt.connectAsync(centre.mqttUrl, { clientId: 'phan-mem', clean: true, reconnectPeriod: 0 });
  t.teardown(() => link.endAsync(true));
  const receipts: Receipt[] = [];
  link.on('message', (_topic, payload) => receipts.push(must(decodeReceipt(payload))));
  await link.subscribeAsync(topics.in(TestCentre.id, 'phan-mem', 'receipt'), { qos: 1 });
  const ask = async (n: number): Promise<Receipt> => {
    const order = anOrder({
      id: `019357f0-7a00-7000-8000-${n.toString(16).padStart(12, '0')}`,
      issuedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      ...{ to: 'all', priority: 'routine' },
    });
    const bytes = await encodeOrderRequest(order, { kid, key: identity.signer.key });
    await link.publishAsync(topics.in(TestCentre.id, 'phan-mem', 'order'), Buffer.from(bytes), { qos: 1 });
    return until('a receipt', () => receipts.find((each) => each.request === sha256(bytes)));
  };
  t.match(await ask(1), { result: 'booked' });
  const { body } = await centre.post('/api/clients/phan-mem/revoke');
  t.match(body, { keys: [kid], certificates: 0, orders: ['019357f0-7a00-7000-8000-000000000001'] });
  t.match(await ask(2), { result: 'refused', refusal: { code: 'revoked-key' } });
  t.match(await centre.post('/api/clients/phan-mem/certificate'), { status: 422 });
  await centre.stop();
  await centre.open();
  t.match(await centre.post('/api/clients/phan-mem/revoke'), { body: { keys: [] } }, 'a restart forgets nothing');
});
