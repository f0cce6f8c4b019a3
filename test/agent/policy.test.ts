import fc from 'fast-check';
import { test } from 'tap';
import * as v from 'valibot';
import { type Case, type Held, judge } from '../../agent/policy/judge.ts';
import { type Policy, policySchema } from '../../protocol/policy.ts';

const policy = (fields: object): Policy => v.parse(policySchema, fields);
const at = (time: string) => Date.parse(`2026-11-20T${time}:00+07:00`);
const airing = (changes: Partial<Case>): Case => ({
  priority: 'routine',
  names: ['thon-1', 'village'],
  at: at('12:00'),
  lengthMs: 60_000,
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
  t.equal(codeOf(quiet, { at: at('20:59'), lengthMs: 120_000 }), 'quiet-hours', 'it would go on into them');
  t.end();
});

test('the quota counts the local day with what is to come', (t) => {
  const quota = [policy({ dailyMinutes: 10 })];
  const airedMs = (date: string) => (date === '2026-11-20' ? 9 * 60_000 : 0);
  t.equal(codeOf(quota, { airedMs }), 100);
  t.equal(codeOf(quota, { airedMs, lengthMs: 60_001 }), 'quota-used');
  t.equal(codeOf(quota, { airedMs, lengthMs: 60_001, priority: 'emergency' }), 100);
  t.equal(codeOf(quota, { airedMs, lengthMs: 600_000, at: at('12:00') + 86_400_000 }), 100, 'tomorrow is another day');
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
    fc.property(policies, policies, fc.nat(1_439), fc.nat(1_800_000), (one, other, minute, lengthMs) => {
      const changes = { at: at('00:00') + minute * 60_000, lengthMs };
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
