import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair } from 'jose';
import { test } from 'tap';
import { Renewal } from '../../agent/link/renewal.ts';
import { silentLog } from '../../agent/log.ts';
import { openStationKey } from '../../agent/report/station-key.ts';
import { Trust } from '../../agent/verify/trust.ts';
import { Authority } from '../../broker/authority/authority.ts';
import { encodeCertificate } from '../../protocol/certificate.ts';
import { encodeKeys } from '../../protocol/keys.ts';
import type { ManualClock as Manual } from '../support/manual-clock.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { makeKey, type Signer } from '../support/puppet-centre.ts';
import { trustedClock, untrustedClock } from '../support/station-clocks.ts';

const who = { centre: 'vinh-phuc', station: 'dai-dong' };
const owner = { id: who.station, role: 'station' } as const;
const DAY_MS = 86_400_000;
const [root, centre] = await Promise.all([makeKey('root'), makeKey('centre-1')]);
const authority = await Authority.load(await Authority.create(who.centre));

async function bench(directory: string, days: number, trusted = true) {
  await mkdir(directory, { recursive: true });
  const key = await openStationKey(directory, who.station);
  const clock: Manual = new ManualClock(Date.now());
  const stationClock = trusted ? trustedClock(clock) : untrustedClock(clock);
  const trust = await Trust.pin({ centre: who.centre, root: root.publicKey, stationClock });
  const keys = [{ use: 'centre' as const, kid: centre.kid, key: centre.publicKey }];
  const issuedAt = new Date().toISOString();
  await trust.accept(await encodeKeys({ centre: who.centre, version: 1, issuedAt, keys, revoked: [] }, root));
  const { certificate } = await authority.issueClient(owner, key.publicCryptoKey, days);
  const asked: number[] = [];
  const alarms = new Set<string>();
  const path = join(directory, 'certificate.pem');
  const renewal = new Renewal({
    ...{ ...who, publicKey: key.publicKey, path, trust, stationClock, log: silentLog },
    identity: { certificate, authority: authority.certificate },
    alarms: { raise: (name) => alarms.add(name), clear: (name) => alarms.delete(name) },
    ask: () => asked.push(clock.now()),
  });
  const say = async (answer: object, signer: Signer = centre) =>
    renewal.take(await encodeCertificate({ ...who, certificate: '', ...answer } as never, signer));
  return { renewal, key, clock, asked, alarms, certificate, path, say };
}

test('[P-108] a certificate is asked for in its last 90 days, and an alarm stands in its last 30', async (t) => {
  const { renewal, clock, asked, alarms, say, key, path } = await bench(t.testdir(), 730);
  renewal.look();
  t.equal(asked.length, 0);
  await clock.advance(645 * DAY_MS);
  renewal.look();
  t.same([asked.length, alarms.size], [1, 0]);
  await clock.advance(60 * DAY_MS);
  renewal.look();
  t.same([asked.length, [...alarms]], [2, ['certificate']]);
  const { certificate } = await authority.issueClient(owner, key.publicCryptoKey, 730 + 730);
  await say({ certificate });
  t.equal(renewal.certificate, certificate);
  t.equal(await readFile(path, 'utf8'), certificate);
  t.same([asked.length, alarms.size], [2, 0]);

  const unsure = await bench(join(t.testdirName, 'unsure'), 10, false);
  unsure.renewal.look();
  t.equal(unsure.asked.length, 0, 'nobody knows how long it is until then');
});

test('[P-108] what would lock the station out is refused', async (t) => {
  const { renewal, certificate, say, key } = await bench(t.testdir(), 60);
  const { publicKey } = await generateKeyPair('Ed25519', { extractable: true });
  const impostor = await Authority.load(await Authority.create(who.centre));
  const good = await authority.issueClient(owner, key.publicCryptoKey);
  const cases: [string, Promise<{ certificate: string }> | { certificate: string }, object?][] = [
    ['for another key', authority.issueClient(owner, publicKey as never)],
    ['for another station', authority.issueClient({ ...owner, id: 'dao-tru' }, key.publicCryptoKey)],
    ['of another authority', impostor.issueClient(owner, key.publicCryptoKey)],
    ['that ends earlier', authority.issueClient(owner, key.publicCryptoKey, 30)],
    ['that is none', { certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }],
    ['meant for another station', good, { station: 'dao-tru' }],
    ['of another centre', good, { centre: 'an-giang' }],
  ];
  for (const [name, issued, more = {}] of cases) {
    await say({ certificate: (await issued).certificate, ...more });
    t.equal(renewal.certificate, certificate, name);
  }
  await say({ certificate: good.certificate }, await makeKey('stranger'));
  t.equal(renewal.certificate, certificate, 'signed by a stranger');
  await say({ certificate: good.certificate });
  t.equal(renewal.certificate, good.certificate);
});
