import fc from 'fast-check';
import { test } from 'tap';
import * as v from 'valibot';
import { SAMPLE_RATE } from '../../agent/audio/format.ts';
import { bookOrder } from '../../agent/book/book.ts';
import { recordOutcome, recordProgress } from '../../agent/book/outcome.ts';
import { type Case, type Held, judge } from '../../agent/policy/judge.ts';
import { Policies } from '../../agent/policy/policies.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import { type Policy, policySchema } from '../../protocol/policy.ts';
import { anOrder } from '../support/examples.ts';
import { openJournal } from '../support/journal.ts';

const policy = (fields: object): Policy => v.parse(policySchema, fields);
const at = (time: string) => Date.parse(`2026-11-20T${time}:00+07:00`);
const airing = (changes: Partial<Case>): Case => ({
  priority: 'routine',
  names: ['thon-1', 'village'],
  at: at('12:00'),
  airtimeMs: 60_000,
  spanMs: 60_000,
  airedMs: () => 0,
  ...changes,
});
const codeOf = (policies: readonly Policy[], changes: Partial<Case>) => {
  const held = policies.map((each, at) => ({
    by: at === 0 ? ('station' as const) : ('centre' as const),
    policy: each,
  }));
  const judged = judge(held, airing(changes));
  return judged.ok ? judged.value : judged.refusal.code;
};

test('quiet hours over midnight refuse all but emergencies', (t) => {
  const quiet = [policy({ quietHours: [{ from: '21:00', to: '05:00' }] })];
  for (const time of ['21:00', '23:59', '00:00', '04:59'])
    t.equal(codeOf(quiet, { at: at(time) }), 'quiet-hours', time);
  for (const time of ['05:00', '12:00', '20:58']) t.equal(codeOf(quiet, { at: at(time) }), 100, time);
  t.equal(codeOf(quiet, { at: at('03:15'), priority: 'emergency' }), 100);
  t.equal(codeOf(quiet, { at: at('03:15'), priority: 'priority' }), 'quiet-hours');
  t.equal(codeOf(quiet, { at: at('20:59'), spanMs: 120_000 }), 'quiet-hours', 'it would go on into them');
  t.end();
});

test('what lasts into quiet hours on the clocks of the wall is refused, also when those are changed', (t) => {
  const quiet = [policy({ quietHours: [{ from: '03:00', to: '06:00' }], timeZone: 'Europe/Berlin' })];
  const halfAnHour = { spanMs: 30 * 60_000 };
  // In 2026 clocks go from 02:00 to 03:00 on 29 March, and back from 03:00 to 02:00 on 25 October.
  t.equal(codeOf(quiet, { ...halfAnHour, at: Date.parse('2026-03-29T01:50:00+01:00') }), 'quiet-hours');
  t.equal(codeOf(quiet, { ...halfAnHour, at: Date.parse('2026-03-28T01:50:00+01:00') }), 100);
  t.equal(codeOf(quiet, { ...halfAnHour, at: Date.parse('2026-10-25T02:50:00+02:00') }), 100);
  t.equal(codeOf(quiet, { ...halfAnHour, at: Date.parse('2026-10-25T02:50:00+01:00') }), 'quiet-hours');
  t.end();
});

test('[P-67] what was heard of an airing counts, also where a sudden death cut it short; a warning does not', async (t) => {
  const journal = await openJournal(t.testdir());
  t.teardown(() => journal.close());
  const limits = policy({ dailyMinutes: 3 });
  const centre = { standing: undefined };
  const policies = new Policies({ journal, own: limits, centre, zones: [] });
  const minutes = (count: number) => count * 60 * SAMPLE_RATE;
  for (const priority of ['routine', 'emergency'] as const) {
    const id = `019357f0-7a00-7000-8000-00000000000${priority === 'routine' ? 1 : 2}`;
    const order = anOrder({ id, priority, onInterrupt: 'resume' });
    const { booked } = await bookOrder(journal, { order, zones: [] } as unknown as VerifiedOrder);
    for (const airing of booked) {
      const standing = { at: new Date(at('12:00')).toISOString(), samples: minutes(1), since: minutes(1) };
      await recordOutcome(journal, airing, 'airing', standing);
      await recordProgress(journal, airing, { samples: minutes(3) });
    }
  }
  await policies.noteCutShort();
  const left = (airtimeMs: number) =>
    policies.judge({ priority: 'routine', zones: [], at: at('13:00'), airtimeMs, spanMs: airtimeMs }).ok;
  t.ok(left(60_000), 'two of three minutes were heard since its turn began');
  t.notOk(left(61_000));
});

test('the quota counts the local day with what is to come', (t) => {
  const quota = [policy({ dailyMinutes: 10 })];
  const airedMs = (date: string) => (date === '2026-11-20' ? 9 * 60_000 : 0);
  t.equal(codeOf(quota, { airedMs }), 100);
  t.equal(codeOf(quota, { airedMs, airtimeMs: 60_001 }), 'quota-used');
  t.equal(codeOf(quota, { airedMs, airtimeMs: 60_001, priority: 'emergency' }), 100);
  t.equal(codeOf(quota, { airedMs, airtimeMs: 600_000, at: at('12:00') + 86_400_000 }), 100, 'tomorrow is another day');
  t.end();
});

test('the lowest ceiling that concerns its zones and hours holds, for an emergency too', (t) => {
  const policies = [
    policy({ volumeCeilings: [{ percent: 80 }, { percent: 30, zones: ['cho'] }] }),
    policy({ volumeCeilings: [{ percent: 50, hours: { from: '20:00', to: '06:00' } }] }),
  ];
  t.equal(codeOf(policies, {}), 80);
  t.equal(codeOf(policies, { names: ['thon-1', 'cho'] }), 30);
  const byTag = policy({ volumeCeilings: [{ percent: 20, zones: ['village'] }] });
  t.equal(codeOf([...policies, byTag], {}), 20);
  t.equal(codeOf(policies, { at: at('22:00'), priority: 'emergency' }), 50);
  t.end();
});

test('the stricter of two policies wins, whichever comes first', (t) => {
  const hours = fc.record({
    from: fc.constantFrom('00:00', '05:00', '12:00', '21:30'),
    to: fc.constantFrom('00:30', '04:00', '13:00', '23:00'),
  });
  const policies = fc
    .record(
      {
        quietHours: fc.array(hours, { maxLength: 2 }),
        dailyMinutes: fc.nat(30),
        volumeCeilings: fc.array(fc.record({ percent: fc.nat(100) }), { maxLength: 2 }),
      },
      { requiredKeys: [] },
    )
    .map(policy);
  fc.assert(
    fc.property(policies, policies, fc.nat(1_439), fc.nat(1_800_000), (one, other, minute, spanMs) => {
      const changes = { at: at('00:00') + minute * 60_000, spanMs, airtimeMs: spanMs };
      const both = codeOf([one, other], changes);
      const alone = [codeOf([one], changes), codeOf([other], changes)];
      const refusing = alone.filter((result) => typeof result === 'string');
      if (refusing.length > 0) return typeof both === 'string';
      return both === Math.min(...(alone as number[]));
    }),
  );
  t.end();
});

test('a refusal says whose rule it is and what it says', (t) => {
  const quiet = policy({ quietHours: [{ from: '21:00', to: '05:00' }] });
  const quota = policy({ dailyMinutes: 0, timeZone: 'UTC' });
  const because = (held: readonly Held[], changes: Partial<Case>) => {
    const judged = judge(held, airing(changes));
    return judged.ok ? [] : judged.refusal.fields;
  };
  const held = [
    { by: 'station', policy: quiet },
    { by: 'centre', policy: quota },
  ] as const;
  t.same(because(held, { at: at('22:00') }), [{ path: 'station.quietHours', problem: '21:00–05:00 Asia/Ho_Chi_Minh' }]);
  t.same(because(held, {}), [{ path: 'centre.dailyMinutes', problem: '0' }]);
  t.end();
});
