import { test } from 'tap';
import { following } from '../../broker/keys/manifest.ts';
import type { Keys } from '../../protocol/keys.ts';

const now = new Date('2026-11-20T08:00:00.000Z');
const clients = Array.from({ length: 100 }, (_, n) => `client-phan-mem-${n}`);
const manifest = (revoked: readonly string[]): Keys => ({
  centre: 'vinh-phuc',
  version: 7,
  issuedAt: '2026-11-19T08:00:00.000Z',
  keys: [
    { use: 'centre', kid: 'now', key: 'A'.repeat(43) },
    { use: 'client', kid: 'client-other-1', key: 'B'.repeat(43), client: 'other', priorities: ['routine'] },
  ],
  revoked: [...revoked],
});

test('[P-14] a revoked signing key is remembered, however many keys of clients are revoked after it', async (t) => {
  let latest = manifest(['stolen']);
  for (const kid of clients) latest = following(latest, { revoke: [kid] }, now);
  t.same(latest.revoked, ['stolen', ...clients.slice(1)], 'the oldest of a client gives way');
  t.same(following(latest, { revoke: ['now'] }, now).revoked, ['stolen', ...clients.slice(2), 'now']);
});

test('[P-14] where nothing may be forgotten, no more is revoked', async (t) => {
  const signing = Array.from({ length: 100 }, (_, n) => `signing-${n}`);
  t.throws(() => following(manifest(signing), { revoke: ['now'] }, now), { code: 'too-many-revoked' });
  const without = following(manifest(signing), { revoke: ['client-other-1'] }, now);
  t.same(without.revoked, signing);
  t.notOk(
    without.keys.some(({ use }) => use === 'client'),
    'a key that is listed nowhere counts nowhere',
  );
});
