import { CompactSign } from 'jose';
import { test } from 'tap';
import type { StationClock } from '../../agent/clock/station-clock.ts';
import { Trust } from '../../agent/verify/trust.ts';
import { decodeCancel, encodeCancel } from '../../protocol/cancel.ts';
import { encodeKeys, type Keys } from '../../protocol/keys.ts';
import type { RefusalCode } from '../../protocol/refusal.ts';
import { encodeTime } from '../../protocol/time.ts';
import { makeKey, type Signer } from '../support/puppet-centre.ts';

const centre = 'vinh-phuc';
const at = (day: number): string => new Date(Date.UTC(2026, 10, day)).toISOString();
const root = await makeKey('root');
const [first, second, third] = await Promise.all(['first', 'second', 'third'].map(makeKey));
if (first === undefined || second === undefined || third === undefined) throw new Error('no keys');
const listed = ({ kid, publicKey }: Signer, notAfter?: string): Keys['keys'][number] => ({
  ...{ use: 'centre', kid, key: publicKey },
  ...(notAfter !== undefined && { notAfter }),
});
const manifest = (version: number, changes: Partial<Keys> = {}): Keys => ({
  ...{ centre, version, issuedAt: at(1), keys: [listed(first)], revoked: [] },
  ...changes,
});
const trusting = (clock: Partial<Pick<StationClock, 'trusted' | 'now'>> = {}) =>
  Trust.pin({ centre, root: root.publicKey, stationClock: { trusted: true, now: () => Date.parse(at(2)), ...clock } });
const signedBy = async (trust: Trust, signer: Signer): Promise<RefusalCode | 'obeyed'> => {
  const cancel = {
    id: '019357f0-7a00-7000-8000-0000000000a1',
    rev: 1,
    type: 'cancel',
    centre,
    issuedAt: at(1),
  } as const;
  const decoded = await decodeCancel(await encodeCancel(cancel, signer), trust.lookup);
  return decoded.ok ? 'obeyed' : decoded.refusal.code;
};

test('[P-100] a station that slept through several rotations follows the latest manifest, and never goes back', async (t) => {
  const trust = await trusting();
  t.equal(await signedBy(trust, first), 'unknown-key', 'no manifest yet');
  const original = await encodeKeys(manifest(1), root);
  t.match(await trust.accept(original), { ok: true });
  t.match(await trust.accept(original), { ok: true }, 'the same again');
  t.equal(await signedBy(trust, first), 'obeyed');

  const latest = await encodeKeys(manifest(5, { keys: [listed(third)], revoked: [first.kid, second.kid] }), root);
  t.match(await trust.accept(latest), { ok: true }, 'four later');
  t.equal(trust.version, 5);
  t.equal(await signedBy(trust, third), 'obeyed');
  t.equal(await signedBy(trust, first), 'revoked-key');
  t.ok(trust.isRevoked(first.kid));
  t.notOk(trust.isRevoked(undefined));

  const rolledBack = await encodeKeys(manifest(4, { keys: [listed(first), listed(third)] }), root);
  const cases: [string, Uint8Array, RefusalCode][] = [
    ['rolled back', original, 'superseded'],
    ['rolled back by one', rolledBack, 'superseded'],
    ['another of the same number', await encodeKeys(manifest(5, { keys: [listed(first)] }), root), 'superseded'],
    ['of another centre', await encodeKeys(manifest(9, { centre: 'an-giang' }), root), 'wrong-centre'],
    ['signed by a signing key', await encodeKeys(manifest(9), { ...third, kid: 'root' }), 'bad-signature'],
    ['signed by a signing key under its own name', await encodeKeys(manifest(9), third), 'unknown-key'],
  ];
  for (const [name, bytes, code] of cases) t.match(await trust.accept(bytes), { refusal: { code } }, name);
  const twice = JSON.stringify(manifest(9, { keys: [listed(first), { ...listed(second), kid: first.kid }] }));
  const token = await new CompactSign(Buffer.from(twice))
    .setProtectedHeader({ alg: 'Ed25519', typ: 'loa-keys', kid: 'root' })
    .sign(root.key);
  t.match(await trust.accept(Buffer.from(token)), { refusal: { code: 'invalid-fields' } }, 'one kid twice');
  t.equal(await signedBy(trust, first), 'revoked-key', 'nothing has changed');
  t.equal(await signedBy(trust, third), 'obeyed');
});

test('[P-100] of two manifests that come together the later one counts', async (t) => {
  const trust = await trusting();
  const [earlier, later] = await Promise.all([2, 3].map((version) => encodeKeys(manifest(version), root)));
  if (earlier === undefined || later === undefined) throw new Error('no manifests');
  await Promise.all([trust.accept(later), trust.accept(earlier), trust.accept(earlier)]);
  t.equal(trust.version, 3);
});

test('[P-101] a key ends at its time, once the time is known', async (t) => {
  const keys = [listed(first, at(10)), listed(second, at(20))];
  let now = Date.parse(at(9));
  const trust = await trusting({ now: () => now });
  await trust.accept(await encodeKeys(manifest(1, { keys }), root));
  t.equal(await signedBy(trust, first), 'obeyed');
  now = Date.parse(at(10));
  t.equal(await signedBy(trust, first), 'expired-key');
  t.equal(await signedBy(trust, second), 'obeyed');

  await t.test('without the time only a manifest that was issued later proves it', async (t) => {
    const unsure = await trusting({ trusted: false, now: () => Date.parse(at(30)) });
    await unsure.accept(await encodeKeys(manifest(1, { keys }), root));
    t.equal(await signedBy(unsure, first), 'obeyed');
    await unsure.accept(await encodeKeys(manifest(2, { keys, issuedAt: at(15) }), root));
    t.equal(await signedBy(unsure, first), 'expired-key');
    t.equal(await signedBy(unsure, second), 'obeyed');
  });

  await t.test('an answer about the time is judged by the time that it tells', async (t) => {
    const astray = await trusting({ now: () => Date.parse(at(30)) });
    await astray.accept(await encodeKeys(manifest(1, { keys }), root));
    const told = { centre, station: 'dai-dong', nonce: 'ab'.repeat(16) };
    t.match(await astray.openTime(await encodeTime({ ...told, now: at(12) }, second)), { ok: true }, 'ours is wrong');
    const ended = await astray.openTime(await encodeTime({ ...told, now: at(12) }, first));
    t.match(ended, { refusal: { code: 'expired-key' } }, 'a key that had ended by then');
  });
});
