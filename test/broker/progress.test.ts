import { test } from 'tap';
import { progressOf, sumOf } from '../../broker/orders/progress.ts';
import type { Report } from '../../protocol/report.ts';
import { anOrder, aReport } from '../support/examples.ts';

const future = '2999-01-01T00:00:00.000Z';
const instants = ['2026-11-20T09:00:00.000Z', '2026-11-20T10:00:00.000Z'];
const report = (outcome: Report['outcome'], changes: Partial<Report> = {}) => aReport({ outcome, ...changes });
const whole = (outcome: Report['outcome']): Report => {
  const { occurrence: _, ...rest } = report(outcome);
  return rest;
};
const final = (order: ReturnType<typeof anOrder>, ...reports: Report[]) =>
  progressOf(order, ['dai-dong'], reports)[0]?.final;

test('an order at once is settled by the end of its one airing', async (t) => {
  const order = anOrder({ expiresAt: future, onInterrupt: 'skip' });
  t.equal(final(order), false);
  t.equal(final(order, whole('accepted'), report('airing')), false);
  t.equal(final(order, whole('accepted'), report('airing'), report('aired')), true);
  t.equal(final(order, report('preempted')), true);
});

test('each of several occurrences must end', async (t) => {
  const order = anOrder({ expiresAt: future, when: { type: 'at', instants } });
  const [first, second] = instants as [string, string];
  t.equal(final(order, report('aired', { occurrence: first })), false);
  t.equal(final(order, report('aired', { occurrence: first }), report('missed', { occurrence: second })), true);
});

test('what ends the order as a whole ends all of it', async (t) => {
  const order = anOrder({ expiresAt: future, when: { type: 'at', instants } });
  for (const outcome of ['rejected', 'expired', 'cancelled'] as const) t.equal(final(order, whole(outcome)), true);
});

test('an airing that will be taken up again is open [P-43]', async (t) => {
  const open = anOrder({ expiresAt: future, onInterrupt: 'resume' });
  const preempted = report('preempted', { continues: true });
  t.equal(final(open, preempted), false);
  t.equal(final(open, preempted, report('airing')), false);
  t.equal(final(open, preempted, report('aired')), true);
  t.equal(final(open, preempted, report('preempted')), true);
});

test('reports of an earlier revision settle nothing', async (t) => {
  const order = anOrder({ rev: 2, expiresAt: future });
  t.equal(final(order, report('aired', { order: { id: order.id, rev: 1 } })), false);
});

test('what an earlier revision has ended is not begun again for a later one, and not waited for', async (t) => {
  const order = anOrder({ rev: 2, type: 'update', expiresAt: future, when: { type: 'at', instants } });
  const [first, second] = instants as [string, string];
  const earlier = { id: order.id, rev: 1 };
  const now = { order: { id: order.id, rev: 2 }, occurrence: second };
  const cancelled = report('cancelled', { order: earlier, occurrence: second });
  t.equal(
    final(order, report('aired', { order: earlier, occurrence: first, at: '2026-11-20T09:01:00.000Z' }), cancelled),
    false,
  );
  t.equal(
    final(
      order,
      report('aired', { order: earlier, occurrence: first, at: '2026-11-20T09:01:00.000Z' }),
      cancelled,
      report('aired', now),
    ),
    true,
  );
  t.equal(final(order, report('cancelled', { order: earlier, occurrence: first }), report('aired', now)), false);
  // Its recording was the wrong one, which the revision mends.
  const givenUp = report('failed', { order: earlier, occurrence: first, at: '2026-11-20T08:00:00.000Z' });
  t.equal(final(order, givenUp, report('aired', now)), false);
});

test('stations that report unasked are shown, and the sums count the latest outcome', async (t) => {
  const reports = [report('airing'), report('aired'), report('failed', { station: 'yen-lac' })];
  const progress = progressOf(anOrder(), ['dai-dong', 'tan-tien'], reports);
  t.same(
    progress.map(({ station, outcome }) => [station, outcome]),
    [
      ['dai-dong', 'aired'],
      ['tan-tien', null],
      ['yen-lac', 'failed'],
    ],
  );
  t.same(sumOf(progress), { aired: 1, failed: 1 });
});

test('[P-73] the first end of an airing stands', async (t) => {
  const order = anOrder({ expiresAt: future, onInterrupt: 'skip' });
  const other = { epoch: 'e'.repeat(32) };
  const first = [report('accepted'), report('airing'), report('aired')];
  const later = [report('accepted', other), report('missed', other), report('aired', other)];
  const [progress] = progressOf(order, ['dai-dong'], [...first, ...later]);
  t.match(progress, { outcome: 'aired', final: true, reports: first, contradicting: later });
  const revised = report('accepted', { ...other, order: { id: order.id, rev: 2 } });
  const [next] = progressOf(anOrder({ rev: 2, expiresAt: future }), ['dai-dong'], [...first, revised]);
  t.match(next, { outcome: 'accepted', final: false, contradicting: [] });
});

test('[P-97] an order that is over ends everywhere, as far as anybody can know', async (t) => {
  const overAt = Date.parse('2026-11-20T12:00:00.000Z');
  const order = anOrder({ expiresAt: new Date(overAt).toISOString() });
  const [here, another] = ['a'.repeat(32), 'b'.repeat(32)];
  const ending = (
    reports: readonly Report[],
    journal?: string,
    toldAllAfterMinutes?: number,
    over = true,
    of = order,
  ) => {
    const toldAllAt = toldAllAfterMinutes === undefined ? undefined : overAt + toldAllAfterMinutes * 60_000;
    const known = { overAt: over ? overAt : undefined, of: () => ({ journal, toldAllAt }) };
    const [progress] = progressOf(of, ['dai-dong'], reports, known);
    return [progress?.ending, progress?.final, progress?.outcome];
  };
  const accepted = report('accepted', { epoch: here });
  t.same(ending([], here, undefined, false), ['open', false, null]);
  t.same(ending([], undefined), ['awaited', false, null], 'it may have aired, and the station is away');
  t.same(ending([], here, -5), ['awaited', false, null], 'it told all before the order was over');
  t.same(ending([], here, 1), ['awaited', false, null], 'its word may be on its way');
  t.same(ending([], here, 11), ['unknown', true, null], 'it has nothing more to say, and nothing of this');
  t.same(ending([accepted], here, 11), ['awaited', false, 'accepted'], 'its journal still has it');
  t.same(ending([accepted], undefined, 11), ['awaited', false, 'accepted']);
  t.same(ending([accepted], another, 11), ['forgotten', true, 'accepted'], 'with its journal');
  t.same(ending([accepted], another, 1), ['awaited', false, 'accepted']);
  t.same(ending([accepted, report('airing', { epoch: here })], another, 11), ['forgotten', true, 'airing']);
  t.same(ending([accepted, report('aired', { epoch: another })], another, 11), ['reported', true, 'aired']);
  t.same(ending([report('aired', { epoch: here })]), ['reported', true, 'aired'], 'whatever comes late stands');

  await t.test('a later revision that never arrived', async (t) => {
    const second = anOrder({ rev: 2, expiresAt: order.expiresAt });
    t.same(ending([report('cancelled', { epoch: here })], here, 11, true, second), ['unknown', true, 'cancelled']);
  });

  await t.test('a daily order has ended when each of its airings has', async (t) => {
    const when = { type: 'daily' as const, times: ['05:00'], timeZone: 'UTC' };
    const daily = anOrder({ expiresAt: order.expiresAt, when });
    const { occurrence: _, ...taken } = accepted;
    const occurrence = '2026-11-20T05:00:00.000Z';
    const one = report('missed', { epoch: here, occurrence });
    t.same(ending([taken, one], here, 1, true, daily), ['awaited', false, 'missed']);
    t.same(ending([taken, one], here, 11, true, daily), ['reported', true, 'missed']);
    const begun = report('airing', { epoch: here, occurrence });
    t.same(ending([taken, begun], here, 11, true, daily), ['awaited', false, 'airing']);
    t.same(ending([taken, one], another, 11, true, daily), ['forgotten', true, 'missed']);
  });
});
