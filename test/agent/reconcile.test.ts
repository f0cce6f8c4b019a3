import { join } from 'node:path';
import { test } from 'tap';
import { bookOrder } from '../../agent/book/book.ts';
import { recordOutcome } from '../../agent/book/outcome.ts';
import { systemClock } from '../../agent/clock/clock.ts';
import { Stage } from '../../agent/due/stage.ts';
import { silentLog } from '../../agent/log.ts';
import { Reconciliation } from '../../agent/receive/reconcile.ts';
import { Revocation } from '../../agent/receive/revocation.ts';
import { Trust } from '../../agent/verify/trust.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import type { OrderReference } from '../../protocol/fields.ts';
import { encodeKeys } from '../../protocol/keys.ts';
import { encodeOrderIndex } from '../../protocol/order-index.ts';
import { anOrder } from '../support/examples.ts';
import { openJournal } from '../support/journal.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { makeKey } from '../support/puppet-centre.ts';
import { trustedClock, untrustedClock } from '../support/station-clocks.ts';

const orderId = (n: number): string => `019357f0-7a00-7000-8000-${n.toString(16).padStart(12, '0')}`;
const hours = (n: number): string => new Date(Date.now() + n * 3_600_000).toISOString();
const who = { centre: 'vinh-phuc', station: 'dai-dong' };

test('[P-32] what is booked and listed no more is asked for: a cancellation may have fallen out of the index', async (t) => {
  const [root, centre] = await Promise.all([makeKey('root'), makeKey('centre-1')]);
  const trust = await Trust.pin({
    centre: who.centre,
    root: root.publicKey,
    stationClock: untrustedClock(new ManualClock(0)),
  });
  const manifest = { centre: who.centre, version: 1, issuedAt: hours(0), revoked: [] };
  await trust.accept(
    await encodeKeys({ ...manifest, keys: [{ use: 'centre', kid: centre.kid, key: centre.publicKey }] }, root),
  );
  const journal = await openJournal(join(t.testdir(), 'journal'), () => hours(0));
  t.teardown(() => journal.close());

  const pulled: OrderReference[] = [];
  const revocation = new Revocation({
    ...{ journal, trust, log: silentLog, onBooking: () => {} },
    stage: new Stage(),
    stationClock: trustedClock(systemClock),
  });
  let settled = true;
  const parts = { ...who, journal, trust, revocation, log: silentLog, onBooking: () => {}, mayPull: () => settled };
  const reconciliation = new Reconciliation({
    ...parts,
    stationClock: trustedClock(systemClock),
    pull: (orders) => pulled.push(...orders),
  });
  let generation = 0;
  const list = async (scope: 'all' | 'station', ids: readonly number[]) => {
    pulled.length = 0;
    const index = {
      centre: who.centre,
      ...(scope === 'station' && { station: who.station }),
      generation: ++generation,
      issuedAt: hours(0),
      expiresAt: hours(1),
      orders: ids.map((n) => ({ id: orderId(n), rev: 1, hash: '9c'.repeat(32) })),
      cancelled: [],
    };
    await reconciliation.take(scope, await encodeOrderIndex(index, centre));
    return pulled.map(({ id }) => Number.parseInt(id.slice(-12), 16));
  };
  const book = async (n: number, changes: Parameters<typeof anOrder>[0] = {}) => {
    const order = anOrder({
      id: orderId(n),
      issuedAt: hours(-1),
      expiresAt: hours(5),
      when: { type: 'at', instants: [hours(2)] },
      ...changes,
    });
    return bookOrder(journal, {
      order,
      zones: ['thon-1'],
      token: new Uint8Array(),
      kid: centre.kid,
    } as unknown as VerifiedOrder);
  };
  await book(1, { to: 'all' });
  await book(2, { to: 'all' });
  await book(3);
  const { booked } = await book(4);
  for (const airing of booked) await recordOutcome(journal, airing, 'aired', { at: hours(0) });
  await book(5, { issuedAt: hours(-3), expiresAt: hours(-2) });
  const cutShort = await book(6);
  for (const airing of cutShort.booked) {
    await recordOutcome(journal, airing, 'interrupted', { at: hours(0), samples: 1 }, { continues: true });
  }

  t.same(await list('all', [1, 2]), [], 'all is as it should be');
  t.same(await list('all', [1, 9]), [9, 2], 'one lacks, one is listed no more');
  t.same(await list('station', []), [3, 6], 'what has ended or expired needs no answer, what is to go on does');
  const many = Array.from({ length: 300 }, (_, at) => at + 100);
  t.equal((await list('all', many)).length, 300, 'no more than one message holds');

  // A broker may hand out what it has retained behind what is published at the same moment.
  settled = false;
  const older = {
    ...who,
    generation: generation + 1,
    issuedAt: hours(0),
    expiresAt: hours(1),
    orders: [],
    cancelled: [],
  };
  const orders = [{ id: orderId(55), rev: 1, hash: '9c'.repeat(32) }];
  await reconciliation.take(
    'station',
    await encodeOrderIndex({ ...older, generation: generation + 2, orders }, centre),
  );
  await reconciliation.take('station', await encodeOrderIndex(older, centre));
  generation += 2;
  settled = true;
  pulled.length = 0;
  await reconciliation.repeat();
  t.ok(
    pulled.some(({ id }) => id === orderId(55)),
    'what the newer index lists is asked for when the journal is in order, though an older one came behind it',
  );

  // A board whose clock says 1970 must not take the cancellation for one of long ago, and forget it.
  const lost = new Reconciliation({ ...parts, stationClock: untrustedClock(new ManualClock(0)), pull: () => {} });
  const cancelled = { id: orderId(77), rev: 1, at: hours(-1) };
  const index = { ...who, generation: 99, issuedAt: hours(0), expiresAt: hours(1), orders: [], cancelled: [cancelled] };
  await lost.take('station', await encodeOrderIndex(index, centre));
  await journal.prune(Date.now() - 30 * 24 * 3_600_000);
  t.equal(journal.cancels.get(orderId(77))?.rev, 1);

  // Whoever owns the broker puts an old index back, that a key has signed which was revoked since.
  const next = await makeKey('centre-2');
  const keys = [{ use: 'centre' as const, kid: next.kid, key: next.publicKey }];
  await trust.accept(await encodeKeys({ ...manifest, version: 2, keys, revoked: [centre.kid] }, root));
  t.same(await list('all', [88]), [], 'it is not believed');
  pulled.length = 0;
  await reconciliation.repeat();
  t.same(
    pulled.map(({ id }) => Number.parseInt(id.slice(-12), 16)).sort(),
    [1, 2, 3, 5, 6],
    'the centre is asked to vouch for every airing that has not ended',
  );
});
