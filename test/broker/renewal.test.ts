import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { certificateRequest } from '../../agent/enrol/certificate.ts';
import { openStationKey } from '../../agent/report/station-key.ts';
import { Authority } from '../../broker/authority/authority.ts';
import { openDatabase } from '../../broker/database/open.ts';
import { Enrolment } from '../../broker/enrolment/enrolment.ts';
import { parseCode } from '../../protocol/enrolment.ts';
import { must } from './support/test-station.ts';

test('[P-108] the centre renews a certificate that ends soon, once, for the same key, and no revoked one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-renewal-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const database = await openDatabase({ directory: folder, url: undefined, centre: 'vinh-phuc', log: () => {} });
  t.teardown(() => database.close());
  const authority = await Authority.load(await Authority.create('vinh-phuc'));
  let days: number | undefined = 100;
  const issue = authority.issueClient.bind(authority);
  authority.issueClient = (subject, key) => issue(subject, key, days);
  const cut: string[] = [];
  const enrolment = await Enrolment.load({
    ...{ centre: 'vinh-phuc', root: 'x', authority, database, log: () => {} },
    url: () => 'mqtts://centre:8883',
    pinKey: async () => {},
    cut: (serials) => cut.push(...serials),
  });
  const key = await openStationKey(join(folder, 'board'), 'station');
  const plan = {
    station: 'dai-dong',
    name: 'Đài',
    groups: [],
    languages: ['vi'],
    zones: [{ id: 'a', name: 'A', tags: [] }],
  };
  const [code] = await enrolment.add([plan]);
  const { secret = '' } = parseCode(code?.code ?? '') ?? {};
  const { certificate } = must(await enrolment.enrol({ secret, request: await certificateRequest(key) }, '127.0.0.1'));

  days = undefined;
  const renewed = (await enrolment.renew('dai-dong')) ?? '';
  const [before, after] = [new X509Certificate(certificate), new X509Certificate(renewed)];
  t.ok(Date.parse(after.validTo) > Date.parse(before.validTo));
  t.equal(after.publicKey.export({ format: 'jwk' }).x, key.publicKey);
  t.equal(await enrolment.renew('dai-dong'), renewed, 'asked for again it is the same one');
  t.same(cut, [], 'the one before it still counts: the answer may have been lost');

  t.equal(await enrolment.revoke({ id: 'dai-dong', role: 'station' }), 2, 'both are revoked');
  t.equal(await enrolment.renew('dai-dong'), undefined);
  t.equal(await enrolment.renew('dao-tru'), undefined);
});
