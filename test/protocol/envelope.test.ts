import { createHmac, randomBytes } from 'node:crypto';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { test } from 'tap';
import { type Ack, ackSchema, decodeAck, encodeAck } from '../../protocol/ack.ts';
import { open, peekType, seal } from '../../protocol/envelope.ts';
import { encodeKeys, type Keys, keyLookup } from '../../protocol/keys.ts';
import { MAX_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { decodeOrder, decodeOrderRequest, encodeOrder, encodeOrderRequest, type Order } from '../../protocol/order.ts';
import { anOrder } from '../support/examples.ts';
import { makeSigner } from '../support/signer.ts';

const encoder = new TextEncoder();
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const ack: Ack = { centre: 'vinh-phuc', station: 'dai-dong', epoch: 'a'.repeat(32), seq: 7 };

async function setUp() {
  const { publicKey, privateKey } = await generateKeyPair('Ed25519', { extractable: true });
  const { x = '' } = await exportJWK(publicKey);
  const manifest: Keys = {
    centre: 'vinh-phuc',
    version: 1,
    issuedAt: '2026-11-20T00:00:00.000Z',
    keys: [{ use: 'centre', kid: 'key-1', key: x }],
    revoked: [],
  };
  return { x, manifest, signer: { kid: 'key-1', key: privateKey }, lookup: await keyLookup(manifest, 'centre') };
}

test('only one algorithm, only one header [P-11] [P-13]', async (t) => {
  const { x, signer, lookup } = await setUp();
  const codeOf = async (token: string): Promise<string> => {
    const opened = await decodeAck(encoder.encode(token), lookup);
    return opened.ok ? 'accepted' : opened.refusal.code;
  };
  const header = { alg: 'Ed25519', typ: 'loa-ack', kid: 'key-1' };
  const signed = async (changed: Record<string, unknown>): Promise<string> =>
    new CompactSign(encoder.encode(JSON.stringify(ack)))
      .setProtectedHeader({ ...header, ...changed })
      .sign(signer.key, { crit: { b64: true, 'x-loa': true } });
  /** Any header over the right payload; the signature is genuine for other bytes. */
  const claimed = (of: unknown): string => `${base64url(of)}.${base64url(ack)}.${'A'.repeat(86)}`;

  t.equal(await codeOf(await signed({})), 'accepted');

  const none = `${base64url({ ...header, alg: 'none' })}.${base64url(ack)}`;
  t.equal(await codeOf(`${none}.`), 'not-an-envelope', 'alg none with an empty signature');
  t.equal(await codeOf(`${none}.AA`), 'wrong-algorithm', 'alg none with something for a signature');

  const input = `${base64url({ ...header, alg: 'HS256' })}.${base64url(ack)}`;
  const mac = createHmac('sha256', Buffer.from(x, 'base64url')).update(input).digest('base64url');
  t.equal(await codeOf(`${input}.${mac}`), 'wrong-algorithm', 'HS256 with the public key as its secret');
  for (const alg of ['EdDSA', 'ES256', 'RS256', 'ed25519', '']) {
    t.equal(await codeOf(claimed({ ...header, alg })), 'wrong-algorithm', `alg ${alg}`);
  }

  const own = await generateKeyPair('Ed25519', { extractable: true });
  const jwk = await exportJWK(own.publicKey);
  const smuggled = await new CompactSign(encoder.encode(JSON.stringify(ack)))
    .setProtectedHeader({ ...header, jwk })
    .sign(own.privateKey);
  t.equal(await codeOf(smuggled), 'forbidden-header', 'a key of its own in the header');
  for (const extra of [{ jku: 'https://a/' }, { x5u: 'https://a/' }, { x5c: [] }, { crit: ['x-loa'], 'x-loa': 1 }]) {
    t.equal(await codeOf(claimed({ ...header, ...extra })), 'forbidden-header', JSON.stringify(extra));
  }
  t.equal(await codeOf(await signed({ cty: 'json' })), 'forbidden-header', 'a harmless header, truly signed');
  t.equal(await codeOf(claimed({ ...header, b64: false, crit: ['b64'] })), 'forbidden-header', 'b64');

  t.equal(await codeOf(claimed({ alg: 'Ed25519', typ: 'loa-ack' })), 'not-an-envelope', 'no kid');
  t.equal(await codeOf(claimed({ ...header, kid: 7 })), 'not-an-envelope', 'a kid that is no text');
  t.equal(await codeOf(claimed(null)), 'not-an-envelope', 'null for a header');
  t.equal(await codeOf(claimed([])), 'not-an-envelope', 'a list for a header');
  const twice = Buffer.from('{"alg":"none","alg":"Ed25519","typ":"loa-ack","kid":"key-1"}').toString('base64url');
  t.equal(await codeOf(`${twice}.${base64url(ack)}.AA`), 'not-an-envelope', 'one header field twice');
});

test('types and keys [P-12] [P-14]', async (t) => {
  const { manifest, signer, lookup } = await setUp();
  const order: Order = anOrder();
  const wrongType = await decodeOrder(await encodeAck(ack, signer), lookup);
  t.match(wrongType, { ok: false, refusal: { code: 'wrong-type' } }, 'an acknowledgement is no order');
  const request = await encodeOrderRequest(order, signer);
  t.match(await decodeOrder(request, lookup), { refusal: { code: 'wrong-type' } }, 'a request is no order');
  t.match(await decodeOrderRequest(await encodeOrder(order, signer), lookup), { refusal: { code: 'wrong-type' } });
  t.equal(peekType(request), 'loa-order-request');
  t.equal(peekType(encoder.encode('{}')), undefined);

  const stranger = await makeSigner('key-2');
  t.match(await decodeOrder(await encodeOrder(order, stranger.signer), lookup), { refusal: { code: 'unknown-key' } });
  const impostor = await makeSigner('key-1');
  const forged = await encodeOrder(order, impostor.signer);
  t.match(await decodeOrder(forged, lookup), { refusal: { code: 'bad-signature' } }, 'a known kid, another key');

  const revoked = await keyLookup({ ...manifest, revoked: ['key-1'] }, 'centre');
  t.match(await decodeOrder(await encodeOrder(order, signer), revoked), { refusal: { code: 'revoked-key' } });

  const client = { use: 'client' as const, kid: 'key-1', client: 'phan-mem', priorities: ['emergency' as const] };
  const keys = manifest.keys.map((entry) => ({ ...client, key: entry.key }));
  const asStation = await keyLookup({ ...manifest, keys }, 'centre');
  const clientOrder = await encodeOrder(order, signer);
  t.match(await decodeOrder(clientOrder, asStation), { refusal: { code: 'unknown-key' } }, 'no client opens an order');
  const asCentre = await keyLookup({ ...manifest, keys }, 'client');
  t.ok((await decodeOrderRequest(request, asCentre)).ok);

  await t.rejects(encodeKeys({ ...manifest, keys: [...manifest.keys, ...manifest.keys] }, signer), {
    code: 'invalid-fields',
  });
});

test('what was altered does not open', async (t) => {
  const { signer, lookup } = await setUp();
  const token = Buffer.from(await encodeAck(ack, signer)).toString();
  const [header = '', , signature = ''] = token.split('.');
  const altered = `${header}.${base64url({ ...ack, seq: 8 })}.${signature}`;
  t.match(await decodeAck(encoder.encode(altered), lookup), { refusal: { code: 'bad-signature' } });
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let bits = 1; bits < 16; bits++) {
    const other = alphabet[alphabet.indexOf(token.at(-1) ?? '') ^ bits];
    const spelt = await decodeAck(encoder.encode(token.slice(0, -1) + other), lookup);
    t.match(spelt, { refusal: { code: 'not-an-envelope' } }, 'another spelling of the same signature [P-124]');
  }
  for (const shape of [header, `${header}.`, `${token}.x`, ` ${token}`, `${token}\n`, token.replace('.', '..')]) {
    t.match(await decodeAck(encoder.encode(shape), lookup), { refusal: { code: 'not-an-envelope' } });
  }
  t.match(await decodeAck(randomBytes(1_000_000), lookup), { refusal: { code: 'too-large' } });
  t.match(await decodeAck(Buffer.alloc(MAX_MESSAGE_BYTES + 1, 'a'), lookup), { refusal: { code: 'too-large' } });
});

test('a signed payload is checked like any other', async (t) => {
  const { signer, lookup } = await setUp();
  const sign = async (payload: string): Promise<Uint8Array> => {
    const token = await new CompactSign(encoder.encode(payload))
      .setProtectedHeader({ alg: 'Ed25519', typ: 'loa-ack', kid: 'key-1' })
      .sign(signer.key);
    return encoder.encode(token);
  };
  const cases: readonly [string, string][] = [
    ['[['.repeat(5_000), 'too-deep'],
    ['{"__proto__":{}}', 'forbidden-key'],
    ['{"seq":1,"seq":2}', 'duplicate-key'],
    [JSON.stringify({ ...ack, extra: 1 }), 'invalid-fields'],
    [JSON.stringify({ ...ack, seq: '7' }), 'invalid-fields'],
    ['nonsense', 'not-json'],
  ];
  for (const [payload, code] of cases) {
    t.match(await decodeAck(await sign(payload), lookup), { ok: false, refusal: { code } }, code);
  }
  await t.rejects(seal('loa-ack', ackSchema, { ...ack, seq: -1 }, signer), { code: 'invalid-fields' });
  t.match(await open('loa-time', ackSchema, await encodeAck(ack, signer), lookup), { refusal: { code: 'wrong-type' } });
});
