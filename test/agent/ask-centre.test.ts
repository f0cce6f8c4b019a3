import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Test, test } from 'tap';
import { askCentre } from '../../agent/enrol/ask-centre.ts';
import { Authority } from '../../broker/authority/authority.ts';
import { formatCode, parseCode } from '../../protocol/enrolment.ts';

const answer = {
  ...{ centre: 'vinh-phuc', root: 'A'.repeat(43), url: 'mqtts://centre:8883' },
  ...{ authority: '-----BEGIN CERTIFICATE-----', certificate: '-----BEGIN CERTIFICATE-----' },
  plan: { station: 'dai-dong', name: 'Đài', zones: [{ id: 'thon-1', name: 'Thôn 1' }] },
};

/** A centre whose first answers are lost on the way; what it was asked. */
async function centre(t: Test, lost: number, said: object = answer) {
  const authority = await Authority.load(await Authority.create('vinh-phuc'));
  const { certificate, key } = await authority.issueServer(['127.0.0.1']);
  const asked: string[] = [];
  const server = createServer({ key, cert: `${certificate}\n${authority.certificate}` }, async (request, response) => {
    asked.push(await text(request));
    if (asked.length <= lost) request.socket.destroy();
    else response.end(JSON.stringify(said));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const fingerprint = new X509Certificate(authority.certificate).fingerprint256.replaceAll(':', '').toLowerCase();
  const code = parseCode(formatCode('ABCDEFGH', fingerprint));
  if (code === undefined) throw new Error('no code');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, ask: () => askCentre(url, code, '-----BEGIN CERTIFICATE REQUEST-----') };
}

test('a request whose answer is lost is sent again as it was', async (t) => {
  const { asked, ask } = await centre(t, 2);
  t.match(await ask(), { plan: { station: 'dai-dong' } });
  t.equal(asked.length, 3);
  t.equal(new Set(asked).size, 1);
});

test('it is given up some time', async (t) => {
  const { asked, ask } = await centre(t, 100);
  await t.rejects(ask(), { code: 'centre-unreachable' });
  t.equal(asked.length, 3);
});

test('a refusal is an answer', async (t) => {
  const { asked, ask } = await centre(t, 0, { refusal: { code: 'wrong-code' } });
  await t.rejects(ask(), { code: 'refused', message: 'wrong-code' });
  t.equal(asked.length, 1);
});
