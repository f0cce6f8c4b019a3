import type { Order } from '../protocol/order.ts';
import type { RefusalCode } from '../protocol/refusal.ts';
import type { Outcome } from '../protocol/report.ts';
import type { AiringEnd } from './air/air.ts';

/** One turn on air, and how it ended. */
export type Attempt = AiringEnd;

export type NextStep =
  /** Somebody else has ended the airing and said so. */
  | { readonly step: 'nothing' }
  | { readonly step: 'end'; readonly outcome: Outcome }
  /** The next repetition follows after the gap. */
  | { readonly step: 'pause' }
  | { readonly step: 'try-again'; readonly restMs: number }
  /** It waits for another turn, and goes on from there, in samples. */
  | { readonly step: 'come-back'; readonly outcome: 'preempted' | 'interrupted'; readonly from: number };

export interface Situation {
  readonly order: Pick<Order, 'priority' | 'onInterrupt'>;
  readonly attempt: Pick<Attempt, 'result' | 'samples' | 'refusal' | 'soundAt' | 'perhapsWhole'>;
  /** Where this turn was to end, and the whole programme ends, in samples. */
  readonly until: number;
  readonly ofSamples: number;
  /** Tries of an emergency that failed before this one. */
  readonly failures: number;
  /** Whether it was the local stop, or a revoked key [P-102], that ended it. */
  readonly stopped: boolean;
  readonly closing: AbortSignal;
  readonly withdrawn: AbortSignal;
}

/** Failures of the hardware that may pass. */
const passing: readonly RefusalCode[] = [
  'controller-unreachable',
  'lease-lost',
  'amplifier-fault',
  'sound-card-failed',
  'decoder-failed',
  'decoder-hung',
];
/** How long an emergency that failed rests before each new try: 25 tries in about half an hour. */
const RESTS_MS = [1_000, 2_000, 5_000, 10_000, 30_000, ...Array<number>(20).fill(90_000)];

/** What follows a turn on air. [P-61] What was heard in full is never begun again. */
export function afterAttempt(situation: Situation): NextStep {
  const { order, attempt, until, ofSamples, failures, stopped, closing, withdrawn } = situation;
  switch (attempt.result) {
    case 'off':
      return { step: 'nothing' };
    case 'whole':
      if (until < ofSamples && !withdrawn.aborted) return { step: 'pause' };
      return { step: 'end', outcome: until < ofSamples ? 'cancelled' : 'aired' };
    case 'failed': {
      const restMs = RESTS_MS[failures];
      const mayPass = attempt.refusal !== undefined && passing.includes(attempt.refusal.code);
      // Of a warning in several parts the others go on; it is reported as failed all the same.
      if (order.priority === 'emergency' && attempt.perhapsWhole && until < ofSamples) return { step: 'pause' };
      const heardInFull = attempt.samples >= ofSamples || attempt.perhapsWhole === true;
      // The worst failure is a warning that does not sound.
      if (order.priority === 'emergency' && mayPass && !heardInFull && restMs !== undefined) {
        return { step: 'try-again', restMs };
      }
      return { step: 'end', outcome: 'failed' };
    }
    case 'stopped': {
      if (withdrawn.aborted) return { step: 'end', outcome: 'cancelled' };
      const outcome = closing.aborted || stopped ? 'interrupted' : 'preempted';
      if (attempt.samples >= ofSamples) return { step: 'end', outcome };
      const perhapsInFull = attempt.perhapsWhole === true && until >= ofSamples;
      if (perhapsInFull && order.onInterrupt !== 'resume') return { step: 'end', outcome };
      // [P-79] What nobody heard was not interrupted: it was not its turn after all.
      if (attempt.soundAt === undefined && !closing.aborted) {
        return { step: 'come-back', outcome, from: attempt.samples };
      }
      // A preempted emergency always comes back; anything else as its order says.
      const comesBack = order.onInterrupt !== 'skip' || (order.priority === 'emergency' && !closing.aborted);
      if (!comesBack) return { step: 'end', outcome };
      return { step: 'come-back', outcome, from: order.onInterrupt === 'resume' ? attempt.samples : 0 };
    }
  }
}
