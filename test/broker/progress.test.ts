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
