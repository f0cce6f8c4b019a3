import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { certificateRequest } from '../../agent/enrol/certificate.ts';
import { openStationKey } from '../../agent/report/station-key.ts';
import { Authority } from '../../broker/authority/authority.ts';
import type { Database } from '../../broker/database/database.ts';
import { openDatabase } from '../../broker/database/open.ts';
import { Enrolment } from '../../broker/enrolment/enrolment.ts';
import { parseCode } from '../../protocol/enrolment.ts';
import { noPostgres, Postgres } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { must } from './support/test-station.ts';

const station = { id: 'dai-dong', role: 'station' } as const;

/** An enrolled station `dai-dong` whose certificate ends in a hundred days; whatever is issued later lasts two years. */
async function enrolled(t: Test, database: Database) {
  const folder = await mkdtemp(join(tmpdir(), 'loa-renewal-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
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
  return { enrolment, key, certificate, cut };
}

async function openEmbedded(t: Test): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'loa-renewal-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const database = await openDatabase({ directory: folder, url: undefined, centre: 'vinh-phuc', log: () => {} });
  t.teardown(() => database.close());
  return database;
}

/** The same database, but `before` comes before every certificate that is written. */
const interrupted = (database: Database, before: () => Promise<void>): Database => ({
  ...database,
  transaction: (work) =>
    database.transaction(({ query }) =>
      work({
        query: async (sql, parameters) => {
          if (sql.startsWith('insert into certificates')) await before();
          return query(sql, parameters);
        },
      }),
    ),
});

/** A renewal is about to write its certificate when the station is revoked. `isHeldUp`: whether that waits for it. */
async function renewalAndRevocation(t: Test, database: Database, isHeldUp: () => Promise<boolean>): Promise<void> {
  let revoke: (() => Promise<number>) | undefined;
  let revoking: Promise<number> | undefined;
  const { enrolment } = await enrolled(
    t,
    interrupted(database, async () => {
      if (revoke === undefined) return;
      let done = false;
      revoking = revoke().finally(() => {
        done = true;
      });
      await until('the revocation to be done, or to wait', async () => done || (await isHeldUp()));
    }),
  );
  revoke = () => enrolment.revoke(station);
  await enrolment.renew('dai-dong');
  await revoking;
  t.same(await database.query('select serial from certificates where revoked_at is null'), [], 'none counts');
  t.equal(await enrolment.renew('dai-dong'), undefined);
}

test('[P-108] the centre renews a certificate that ends soon, once, for the same key, and no revoked one', async (t) => {
  const { enrolment, key, certificate, cut } = await enrolled(t, await openEmbedded(t));
  const renewed = (await enrolment.renew('dai-dong')) ?? '';
  const [before, after] = [new X509Certificate(certificate), new X509Certificate(renewed)];
  t.ok(Date.parse(after.validTo) > Date.parse(before.validTo));
  t.equal(after.publicKey.export({ format: 'jwk' }).x, key.publicKey);
  t.equal(await enrolment.renew('dai-dong'), renewed, 'asked for again it is the same one');
  t.same(cut, [], 'the one before it still counts: the answer may have been lost');

  t.equal(await enrolment.revoke(station), 2, 'both are revoked');
  t.equal(await enrolment.renew('dai-dong'), undefined);
  t.equal(await enrolment.renew('dao-tru'), undefined);
});

test('[P-108] no renewal outlives a revocation, in the embedded database', async (t) => {
  // There one transaction waits for the other, whatever they are about.
  await renewalAndRevocation(t, await openEmbedded(t), async () => true);
});

test('[P-108] no renewal outlives a revocation, in PostgreSQL', { skip: noPostgres }, async (t) => {
  const postgres = await Postgres.start();
  t.teardown(() => postgres.close());
  const database = await openDatabase({ directory: '', url: postgres.url, centre: 'vinh-phuc', log: () => {} });
  const isHeldUp = async () => (await database.query('select 1 from pg_locks where not granted')).length > 0;
  await renewalAndRevocation(t, database, isHeldUp);
  await database.close();
});
