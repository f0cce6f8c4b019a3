import { join } from 'node:path';
import fc from 'fast-check';
import { CompactSign } from 'jose';
import { test } from 'tap';
import { Journal } from '../../agent/book/journal.ts';
import { silentLog } from '../../agent/log.ts';
import { CentreSettings } from '../../agent/policy/centre-settings.ts';
import { Policies } from '../../agent/policy/policies.ts';
import { type CentreConfiguration, encodeCentreConfiguration } from '../../protocol/configuration.ts';
import type { KeyLookup } from '../../protocol/envelope.ts';
import { importPublicKey } from '../../protocol/keys.ts';
import { accepted, type RefusalCode, refused } from '../../protocol/refusal.ts';
import { aReport, configuration } from '../support/examples.ts';
import { makeKey } from '../support/puppet-centre.ts';

const who = { centre: 'vinh-phuc', station: 'dai-dong' };
const signer = await makeKey('centre-1');
const known = await importPublicKey(signer.publicKey);
const lookup: KeyLookup = (kid) => (kid === signer.kid ? accepted(known) : refused('unknown-key', kid));
const open = (directory: string) =>
  Journal.open({ directory, log: silentLog, stamp: (draft, number) => ({ ...aReport(), ...draft, ...number }) });
const version = (of: number): CentreConfiguration => ({
  ...configuration,
  version: of,
  policies: { station: { timeZone: 'UTC', quietHours: [], volumeCeilings: [{ percent: of }] } },
});
const signed = (payload: unknown, typ = 'loa-configuration') =>
  new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'Ed25519', typ, kid: signer.kid })
    .sign(signer.key)
    .then((token) => Buffer.from(token));

test('[P-75] what is not the centre’s, not for this station, or not right is refused, and what stands stays', async (t) => {
  const journal = await open(join(t.testdir(), 'journal'));
  t.teardown(() => journal.close());
  const settings = new CentreSettings({ ...who, journal, log: silentLog, isRevoked: () => false });
  t.equal(settings.standing, undefined);
  t.match(await settings.take(await encodeCentreConfiguration(version(5), signer), lookup), { ok: true, value: true });

  const later = version(9);
  const policy = later.policies.station;
  const impostor = { ...(await makeKey('other')), kid: signer.kid };
  const cases: [string, Uint8Array, RefusalCode][] = [
    ['forged', await encodeCentreConfiguration(later, impostor), 'bad-signature'],
    ['by a stranger', await encodeCentreConfiguration(later, await makeKey('stranger')), 'unknown-key'],
    ['unsigned', Buffer.from(JSON.stringify(later)), 'not-an-envelope'],
    ['signed as another kind', await signed(later, 'loa-order'), 'wrong-type'],
    ['of another centre', await signed({ ...later, centre: 'an-giang' }), 'wrong-centre'],
    ['for another station', await signed({ ...later, station: 'tan-tien' }), 'not-addressed'],
    ['older', await signed(version(4)), 'superseded'],
    ['another one under the same number', await signed({ ...version(5), policies: {} }), 'superseded'],
    ['with an unknown field', await signed({ ...later, colour: 'red' }), 'invalid-fields'],
    ['with an unknown rule', await signed({ ...later, policies: { all: { curfew: true } } }), 'invalid-fields'],
    [
      'with a ceiling of 101 %',
      await signed({ ...later, policies: { all: { volumeCeilings: [{ percent: 101 }] } } }),
      'invalid-fields',
    ],
    [
      'with a time that is none',
      await signed({ ...later, policies: { all: { quietHours: [{ from: '25:00', to: '5:00' }] } } }),
      'invalid-fields',
    ],
    [
      'with a time zone that is none',
      await signed({ ...later, policies: { station: { ...policy, timeZone: 'Mars/Olympus' } } }),
      'invalid-fields',
    ],
    ['without policies', await signed({ ...later, policies: undefined }), 'invalid-fields'],
    ['with half a version', await signed({ ...later, version: 9.5 }), 'invalid-fields'],
  ];
  for (const [name, token, code] of cases) {
    const taken = await settings.take(token, lookup);
    t.equal(taken.ok ? 'taken' : taken.refusal.code, code, name);
    t.equal(settings.standing?.version, 5, `${name}: what stands stays`);
  }
  const badFields = await settings.take(
    await signed({ ...later, policies: { all: { quietHours: [{ from: '25:00' }], dailyMinutes: -1 } } }),
    lookup,
  );
  t.same(
    badFields.ok ? [] : badFields.refusal.fields.map(({ path }) => path),
    ['policies.all.quietHours.0.from', 'policies.all.quietHours.0.to', 'policies.all.dailyMinutes'],
    'every bad field by name',
  );
  t.match(await settings.take(await encodeCentreConfiguration(version(5), signer), lookup), { ok: true, value: false });
});

test('[P-75] in whatever order, how often and between whatever restarts: the latest version stands', async (t) => {
  const folder = t.testdir();
  let round = 0;
  const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant('restart' as const)), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const directory = join(folder, String(round++));
      let journal = await open(directory);
      let settings = new CentreSettings({ ...who, journal, log: silentLog, isRevoked: () => false });
      try {
        let highest = 0;
        for (const step of list) {
          if (step === 'restart') {
            await journal.close();
            journal = await open(directory);
            settings = new CentreSettings({ ...who, journal, log: silentLog, isRevoked: () => false });
          } else {
            const taken = await settings.take(await encodeCentreConfiguration(version(step), signer), lookup);
            if (taken.ok !== step >= highest || (taken.ok && taken.value !== step > highest)) return false;
            highest = Math.max(highest, step);
          }
          if ((settings.standing?.version ?? 0) !== highest) return false;
        }
        return true;
      } finally {
        await journal.close();
      }
    }),
    { numRuns: 40 },
  );
});

test('[P-77] the station’s file and both of the centre’s policies hold; a quota set later counts the whole day', async (t) => {
  const journal = await open(join(t.testdir(), 'journal'));
  t.teardown(() => journal.close());
  const centre = new CentreSettings({ ...who, journal, log: silentLog, isRevoked: () => false });
  const bare = { timeZone: 'UTC', quietHours: [], volumeCeilings: [] };
  const policies = new Policies({
    journal,
    own: { ...bare, volumeCeilings: [{ percent: 70 }] },
    centre,
    zones: [{ id: 'thon-1', tags: ['market'] }],
  });
  const airing = {
    priority: 'routine' as const,
    zones: ['thon-1'],
    at: Date.parse('2026-11-20T12:00:00Z'),
    airtimeMs: 60_000,
    spanMs: 60_000,
  };
  const set = async (of: number, set: CentreConfiguration['policies']) =>
    centre.take(await encodeCentreConfiguration({ ...version(of), policies: set }, signer), lookup);
  t.match(policies.judge(airing), { ok: true, value: 70 });
  await policies.noteAirtime(airing.at - 3_600_000, 9 * 60_000 + 1);
  await set(1, {
    all: { ...bare, volumeCeilings: [{ percent: 40, zones: ['market'] }] },
    station: { ...bare, volumeCeilings: [{ percent: 90 }] },
  });
  t.match(policies.judge(airing), { ok: true, value: 40 });
  await set(2, { all: bare, station: { ...bare, dailyMinutes: 10 } });
  t.match(policies.judge(airing), {
    ok: false,
    refusal: { code: 'quota-used', fields: [{ path: 'centre.dailyMinutes' }] },
  });
  t.match(policies.judge({ ...airing, priority: 'emergency' }), { ok: true, value: 70 });
  await set(3, {});
  t.match(policies.judge(airing), { ok: true, value: 70 }, 'what is set no more holds no more');
});
