import fc from 'fast-check';
import { test } from 'tap';
import { afterAttempt, type Situation } from '../../agent/next-step.ts';

const never = new AbortController().signal;
const aborted = AbortSignal.abort();

type Changes = Partial<Omit<Situation, 'attempt'>> & { readonly attempt: Partial<Situation['attempt']> };

const stopped = ({ attempt, ...changes }: Changes): Situation => ({
  order: { priority: 'routine', onInterrupt: 'skip' },
  until: 48_000,
  ofSamples: 48_000,
  failures: 0,
  stopped: false,
  closing: never,
  withdrawn: never,
  ...changes,
  attempt: { result: 'stopped', samples: 0, ...attempt },
});
const someOrder = fc.record({
  priority: fc.constantFrom('emergency' as const, 'priority' as const, 'routine' as const),
  onInterrupt: fc.constantFrom('skip' as const, 'restart' as const, 'resume' as const),
});

test('[P-79] what nobody heard waits for another turn, whatever its order says of interruptions', (t) => {
  fc.assert(
    fc.property(someOrder, fc.boolean(), fc.nat(47_999), (order, byStop, samples) => {
      const next = afterAttempt(stopped({ order, stopped: byStop, attempt: { samples } }));
      return (
        next.step === 'come-back' && next.from === samples && next.outcome === (byStop ? 'interrupted' : 'preempted')
      );
    }),
  );
  t.end();
});

test('what was heard in part follows its order; an emergency always comes back', (t) => {
  fc.assert(
    fc.property(someOrder, fc.nat(47_999), (order, samples) => {
      const next = afterAttempt(stopped({ order, attempt: { samples, soundAt: 1 } }));
      if (order.onInterrupt === 'skip' && order.priority !== 'emergency') {
        return next.step === 'end' && next.outcome === 'preempted';
      }
      return next.step === 'come-back' && next.from === (order.onInterrupt === 'resume' ? samples : 0);
    }),
  );
  t.end();
});

test('[P-61] what was heard in full, or was withdrawn, never begins again', (t) => {
  fc.assert(
    fc.property(someOrder, fc.boolean(), (order, withdrawn) => {
      const attempt: Changes['attempt'] = withdrawn ? {} : { samples: 48_000, soundAt: 1 };
      const next = afterAttempt(stopped({ order, attempt, withdrawn: withdrawn ? aborted : never }));
      return next.step === 'end' && next.outcome === (withdrawn ? 'cancelled' : 'preempted');
    }),
  );
  t.end();
});

test('[P-61] nor does what may have been heard in full: only its last moment is repeated, where its order asks for that', (t) => {
  fc.assert(
    fc.property(someOrder, fc.boolean(), (order, byStop) => {
      const attempt = { samples: 24_000, soundAt: 1, perhapsWhole: true } as const;
      const next = afterAttempt(stopped({ order, stopped: byStop, attempt }));
      if (order.onInterrupt === 'resume') return next.step === 'come-back' && next.from === 24_000;
      return next.step === 'end' && next.outcome === (byStop ? 'interrupted' : 'preempted');
    }),
  );
  t.end();
});

test('an agent that ends leaves what nobody heard to its order: the next start may be long after it was due', (t) => {
  const attempt = { samples: 0 };
  t.match(afterAttempt(stopped({ attempt, closing: aborted })), { step: 'end', outcome: 'interrupted' });
  const order = { priority: 'routine', onInterrupt: 'restart' } as const;
  t.match(afterAttempt(stopped({ attempt, order, closing: aborted })), { step: 'come-back', outcome: 'interrupted' });
  t.end();
});
