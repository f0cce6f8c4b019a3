import { createHmac } from 'node:crypto';
import { CompactSign, type CryptoKey, exportJWK, exportSPKI, generateKeyPair, importJWK } from 'jose';
import { test } from 'tap';
import { encodeOrder, type Order } from '../../protocol/order.ts';
import { encodeOrderIndex, type OrderIndex } from '../../protocol/order-index.ts';
import type { RefusalCode } from '../../protocol/refusal.ts';
import { topics } from '../../protocol/topics.ts';
import { makeKey } from '../support/puppet-centre.ts';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

const STATION = 'dai-dong';
const HOUR = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Whoever owns the broker: what the centre has signed, and what they can make themselves. */
test('the owner of the broker can stop orders, and nothing else', async (t) => {
  const trouble = await Trouble.begin(t);
  const { centre, station } = trouble;
  const programme = await trouble.programme(1);
  const relaysMoved = () => station.controller.timeline.filter(({ what }) => what === 'relay').length;
  const logged = (text: string) => station.agent.child?.line((line) => line.includes(text) || undefined, 120_000);
  const index = async (changes: Partial<OrderIndex>, signer = centre.signer) =>
    centre.say(
      changes.station === undefined ? topics.all('vinh-phuc', 'index') : topics.to('vinh-phuc', STATION, 'index'),
      await encodeOrderIndex(
        {
          ...{ centre: 'vinh-phuc', generation: 1, issuedAt: iso(Date.now()), expiresAt: iso(Date.now() + HOUR) },
          ...{ orders: [], cancelled: [], ...changes },
        },
        signer,
      ),
      true,
    );

  await t.test('by no header does an order bring its own key or algorithm', async (t) => {
    let asked = 0;
    trouble.answers = (_, response) => {
      asked++;
      response.writeHead(404).end();
    };
    const own = await generateKeyPair('Ed25519', { extractable: true });
    const jwk = await exportJWK(own.publicKey);
    const x = centre.signer.publicKey;
    const publicKey = await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, 'Ed25519', { extractable: true });
    const header = { alg: 'Ed25519', typ: 'loa-order', kid: centre.signer.kid };
    const emergency = () => trouble.draft(programme, { priority: 'emergency' });
    const signed = async (more: Record<string, unknown>, key = own.privateKey) =>
      new CompactSign(Buffer.from(JSON.stringify(emergency())))
        .setProtectedHeader({ ...header, ...more })
        .sign(key, { crit: { 'x-loa': true, b64: true } });
    const mac = (secret: string | Buffer) => {
      const input = `${base64url({ ...header, alg: 'HS256' })}.${base64url(emergency())}`;
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    };
    const evil = `${trouble.mediaUrl}/evil`;
    const cases: [string, string | Promise<string>, RefusalCode][] = [
      ['no signature', `${base64url({ ...header, alg: 'none' })}.${base64url(emergency())}.`, 'not-an-envelope'],
      ['alg none', `${base64url({ ...header, alg: 'none' })}.${base64url(emergency())}.AAAA`, 'wrong-algorithm'],
      ['HS256 by the public key', mac(Buffer.from(x, 'base64url')), 'wrong-algorithm'],
      ['HS256 by its text', mac(x), 'wrong-algorithm'],
      ['HS256 by its PEM', mac(await exportSPKI(publicKey as CryptoKey)), 'wrong-algorithm'],
      ['jwk', signed({ jwk }), 'forbidden-header'],
      ['jku', signed({ jku: evil }), 'forbidden-header'],
      ['x5u', signed({ x5u: evil }), 'forbidden-header'],
      ['x5c', signed({ x5c: ['AAAA'] }), 'forbidden-header'],
      ['crit', signed({ crit: ['x-loa'], 'x-loa': 1 }), 'forbidden-header'],
      ['a key of another name', signed({ kid: 'stranger' }), 'unknown-key'],
      ['a key that is a path', signed({ kid: '../../../etc/passwd' }), 'unknown-key'],
      ['a key by the name of a property', signed({ kid: '__proto__' }), 'unknown-key'],
      ['the right name, another key', signed({}), 'bad-signature'],
    ];
    for (const [name, token, code] of cases) {
      const bytes = Buffer.from(await token);
      const before = centre.reports.length;
      await trouble.push(bytes);
      const report = await until(name, () => centre.reports.slice(before).find(({ refusal }) => refusal));
      t.equal(report.refusal?.code, code, name);
      t.equal(report.order, undefined, 'it is not believed to be that order');
    }
    t.equal(asked, 0, 'nobody was asked for a key');
    t.equal(relaysMoved(), 0);
  });

  await t.test('what was recorded and sent again airs no second time, after a restart neither', async (t) => {
    const order = trouble.draft(programme, { priority: 'emergency' });
    const token = await encodeOrder(order, centre.signer);
    const hearing = await trouble.listen();
    await trouble.push(token);
    t.match(await trouble.outcome(order), { outcome: 'aired' });
    for (let n = 0; n < 20; n++) await trouble.push(token);
    await station.agent.kill();
    station.agent.start();
    await station.agent.online();
    for (let n = 0; n < 20; n++) await centre.say(topics.all('vinh-phuc', 'order'), token);
    const after = await trouble.order(programme, { priority: 'emergency' });
    t.match(await trouble.outcome(after), { outcome: 'aired' });
    t.same(trouble.finals(order), ['aired']);
    t.equal(hearing.times('thon-1'), 2);
  });

  await t.test('an order for another is none for this one, wherever it is put', async (t) => {
    for (const topic of [topics.all('vinh-phuc', 'order'), topics.to('vinh-phuc', STATION, 'order')]) {
      const order = trouble.draft(programme, { priority: 'emergency', to: { stations: ['dao-tru'] } });
      await centre.say(topic, await encodeOrder(order, centre.signer));
      t.match(await trouble.outcome(order), { outcome: 'rejected', refusal: { code: 'not-addressed' } });
    }
  });

  await t.test('an index of yesterday, of a stranger, or for another cancels nothing', async (t) => {
    const later = { when: { type: 'at' as const, instants: [iso(Date.now() + HOUR / 2)] }, lateBy: 0 };
    const order = await trouble.order(programme, later);
    await trouble.outcome(order, 'ready');
    const cancelled: OrderIndex['cancelled'] = [{ id: order.id, rev: order.rev, at: iso(Date.now()) }];
    const live = [{ id: order.id, rev: order.rev, hash: '9c'.repeat(32) }];
    await index({ station: STATION, generation: 7, orders: live });
    await index({ station: STATION, generation: 6, cancelled });
    await logged('index-rolled-back');
    const past = { issuedAt: iso(Date.now() - 2 * HOUR), expiresAt: iso(Date.now() - HOUR) };
    await index({ station: STATION, generation: 8, cancelled, ...past });
    await logged('index-expired');
    await index({ station: STATION, generation: 9, cancelled }, await makeKey(centre.signer.kid));
    await logged('index-refused');
    await index({ station: 'dao-tru', generation: 10, cancelled });
    const marker = await trouble.order(programme, { priority: 'emergency' });
    t.match(await trouble.outcome(marker), { outcome: 'aired' });
    t.same(trouble.finals(order), [], 'it waits');
    await index({ station: STATION, generation: 11, cancelled });
    t.match(await trouble.outcome(order), { outcome: 'cancelled' }, 'the true one counts');
  });
});

test('[P-123] a warning of the past is no warning for a board that does not know the time', async (t) => {
  const trouble = await Trouble.begin(t, { tellsTime: false });
  const { centre, station } = trouble;
  const programme = await trouble.programme(1);
  const now = Date.now();
  const old = (): Partial<Order> => ({
    priority: 'emergency',
    issuedAt: iso(now - 3 * HOUR),
    expiresAt: iso(now - HOUR),
  });
  await centre.say(
    topics.all('vinh-phuc', 'index'),
    await encodeOrderIndex(
      {
        ...{ centre: 'vinh-phuc', generation: 5, issuedAt: iso(now), expiresAt: iso(now + HOUR) },
        ...{ orders: [], cancelled: [] },
      },
      centre.signer,
    ),
  );
  const known = await trouble.order(programme, { priority: 'emergency' });
  t.match(await trouble.outcome(known), { outcome: 'aired', clock: 'untrusted' }, 'one of today sounds');

  const replayed = await trouble.order(programme, old());
  t.match(await trouble.outcome(replayed), { outcome: 'rejected', refusal: { code: 'expired' }, clock: 'untrusted' });

  await t.test('nor after a power cut, with nothing but what the journal knows', async (t) => {
    await station.agent.kill();
    station.agent.start();
    await station.agent.online();
    const again = await trouble.order(programme, old());
    t.match(await trouble.outcome(again), { outcome: 'rejected', refusal: { code: 'expired' }, clock: 'untrusted' });
    const today = await trouble.order(programme, { priority: 'emergency' });
    t.match(await trouble.outcome(today), { outcome: 'aired' });
  });
  t.equal(station.controller.timeline.filter((each) => each.what === 'relay' && each.closed).length, 6);
});
