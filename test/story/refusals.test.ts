import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { CompactSign } from 'jose';
import { test } from 'tap';
import { MAX_MESSAGE_BYTES } from '../../protocol/limits.ts';
import type { Order } from '../../protocol/order.ts';
import type { RefusalCode } from '../../protocol/refusal.ts';
import { isDigitalSilence } from '../../simulator/hearing/silence.ts';
import { readWav } from '../../simulator/hearing/wav.ts';
import { startVirtualStation } from '../../simulator/station/station.ts';
import { serve } from '../support/http.ts';
import { makeKey, PuppetCentre } from '../support/puppet-centre.ts';
import { recordTone } from '../support/tone.ts';
import { until } from '../support/until.ts';

const STATION = 'dai-dong';
const tone = await recordTone(2);
const quietText = Buffer.from('this is not audio '.repeat(100));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const listener: RequestListener = (request, response) => {
  switch (request.url) {
    case '/tone':
      return void response.end(tone.bytes);
    case '/other':
      return void response.end(Buffer.alloc(tone.bytes.byteLength, 1));
    case '/text':
      return void response.end(quietText);
    case '/huge':
      response.writeHead(200, { 'content-length': 200 * 1024 * 1024 });
      return void response.write(Buffer.alloc(65_536));
    case '/slow': {
      response.writeHead(200, { 'content-length': tone.bytes.byteLength });
      const drip = setInterval(() => response.write('x'), 1_000);
      return void response.on('close', () => clearInterval(drip));
    }
    default:
      return void response.writeHead(404).end();
  }
};

test('what must be refused is refused by its code, and moves no relay', async (t) => {
  const centre = await PuppetCentre.start();
  t.teardown(() => centre.close());
  const media = await serve(listener);
  t.teardown(() => media.close());
  const station = await startVirtualStation({
    ...(await centre.enrol(STATION, t.testdir())),
    name: 'Đài Đại Đồng',
    zones: [
      { id: 'thon-1', name: 'Thôn 1', tags: [] },
      { id: 'thon-2', name: 'Thôn 2', tags: [] },
    ],
    transport: 'pty',
    agent: 'process',
  });
  t.teardown(() => station.close());
  await centre.online(STATION);

  const audio = (path: string, changes = {}): Pick<Order, 'programme'> => ({
    programme: [{ type: 'audio', variants: [{ ...tone.variant(`${media.url}/${path}`), ...changes }] }],
  });
  const draft = (changes: Partial<Order> = {}) => centre.draft(STATION, { ...audio('tone'), ...changes });
  const relaysMoved = () => station.controller.timeline.filter(({ what }) => what === 'relay').length;
  /** The report about a message that cannot be trusted to name an order. */
  const refusalOf = (bytes: Uint8Array) =>
    until('the refusal', () => centre.reports.find(({ message }) => message === sha256(bytes))).then(
      ({ refusal }) => refusal?.code,
    );
  const signed = (payload: string | Uint8Array, header: Record<string, string> = {}) =>
    new CompactSign(typeof payload === 'string' ? Buffer.from(payload) : payload)
      .setProtectedHeader({ alg: 'Ed25519', typ: 'loa-order', kid: centre.signer.kid, ...header })
      .sign(centre.signer.key)
      .then((token) => Buffer.from(token));
  const stranger = await makeKey('stranger');
  const impostor = { ...(await makeKey(centre.signer.kid)), kid: centre.signer.kid };

  await t.test('messages that our centre did not sign', async (t) => {
    const good = await centre.order('nobody', draft());
    const altered = Buffer.from(good);
    altered[good.byteLength - 200] = (altered[good.byteLength - 200] ?? 0) ^ 1;
    const [header, , signature] = Buffer.from(good).toString('latin1').split('.');
    const otherPayload = Buffer.from(JSON.stringify(draft({ priority: 'emergency' }))).toString('base64url');
    const none = Buffer.from('{"alg":"none","typ":"loa-order","kid":"centre-1"}').toString('base64url');
    const cases: [string, Uint8Array | Promise<Uint8Array>, RefusalCode][] = [
      ['plain JSON', Buffer.from(JSON.stringify(draft())), 'not-an-envelope'],
      ['unsigned', Buffer.from(`${none}.${otherPayload}.AA`), 'wrong-algorithm'],
      ['signed by a stranger', centre.order('nobody', draft(), stranger), 'unknown-key'],
      ['signed by an impostor', centre.order('nobody', draft(), impostor), 'bad-signature'],
      ['with another payload', Buffer.from(`${header}.${otherPayload}.${signature}`), 'bad-signature'],
      [
        'an order request, which only a centre may take',
        signed(JSON.stringify(draft()), { typ: 'loa-order-request' }),
        'wrong-type',
      ],
      ['a byte more than any message', Buffer.alloc(MAX_MESSAGE_BYTES + 1, 'x'), 'too-large'],
      ['rubbish', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'not-utf8'],
      ['nested 10,000 deep', signed('['.repeat(10_000) + ']'.repeat(10_000)), 'too-deep'],
      ['a key __proto__', signed('{"__proto__":{"priority":"emergency"}}'), 'forbidden-key'],
      ['an escaped key __proto__', signed('{"\\u005f_proto__":{}}'), 'forbidden-key'],
      ['a key twice', signed('{"id":1,"id":2}'), 'duplicate-key'],
      [
        'a control character in the title',
        signed(JSON.stringify({ ...draft(), title: 'Bản tin\u0007' })),
        'invalid-fields',
      ],
      [
        'a bidi override in the title',
        signed(JSON.stringify({ ...draft(), title: 'Bản \u202etin' })),
        'invalid-fields',
      ],
    ];
    for (const [name, bytes, code] of cases) {
      const message = await bytes;
      await centre.push(STATION, message);
      t.equal(await refusalOf(message), code, name);
    }
    await centre.push(STATION, altered);
    t.ok(await refusalOf(altered), 'altered');
  });

  await t.test('orders that our centre signed, but not for this', async (t) => {
    const past = new Date(Date.now() - 60_000).toISOString();
    const cases: [string, Partial<Order>, RefusalCode][] = [
      ['expired', { issuedAt: new Date(Date.now() - 3_600_000).toISOString(), expiresAt: past }, 'expired'],
      ['for another station', { to: { stations: ['tan-tien'] } }, 'not-addressed'],
      ['for a group we are not in', { to: { groups: ['mountain'] } }, 'not-addressed'],
      ['of another centre', { centre: 'kien-giang' }, 'wrong-centre'],
      ['for an unknown zone', { zones: ['thon-9'] }, 'unknown-zone'],
      ['for an unknown zone among known ones', { zones: ['thon-1', 'thon-9'] }, 'unknown-zone'],
      [
        'a text bulletin',
        { programme: [{ type: 'text', variants: [{ language: 'vi', text: 'Xin chào' }] }] },
        'unsupported-programme',
      ],
      [
        'daily in a zone that nobody knows',
        { when: { type: 'daily', times: ['05:00'], timeZone: 'Mars/Olympus' } },
        'unsupported-schedule',
      ],
    ];
    for (const [name, changes, code] of cases) {
      const order = draft(changes);
      await centre.order(STATION, order);
      t.match(await centre.outcome(order), { outcome: 'rejected', refusal: { code } }, name);
    }
  });

  await t.test('audio that is not what was ordered', async (t) => {
    const text = { size: quietText.byteLength, sha256: sha256(quietText) };
    const cases: [string, Partial<Order>, RefusalCode][] = [
      ['another hash', audio('other'), 'audio-hash-differs'],
      ['not audio', audio('text', text), 'audio-unplayable'],
      ['another length', audio('tone', { durationMs: 60_000 }), 'audio-unplayable'],
      ['200 MB where 2 MB were announced', audio('huge', { size: 2_000_000 }), 'audio-size-differs'],
      ['HTTP 404', audio('missing'), 'audio-not-found'],
      ['one byte a second', { ...audio('slow', { sha256: 'a'.repeat(64) }), lateBy: 25 }, 'audio-too-slow'],
    ];
    await Promise.all(
      cases.map(async ([name, changes, code]) => {
        const order = draft(changes);
        await centre.order(STATION, order);
        t.match(await centre.outcome(order), { outcome: 'failed', refusal: { code } }, name);
      }),
    );
  });

  await t.test('no relay has moved, nothing was heard, and a good order still airs', async (t) => {
    t.equal(relaysMoved(), 0);
    station.loudspeaker.flush();
    t.ok(isDigitalSilence((await readWav(station.loudspeaker.wavOf('thon-1'))).sound));
    const order = draft({ zones: ['thon-1'] });
    await centre.order(STATION, order);
    t.match(await centre.outcome(order), { outcome: 'aired' });
    t.equal(relaysMoved(), 2, 'one relay, closed and opened');
  });
});
