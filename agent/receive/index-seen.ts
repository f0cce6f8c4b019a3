import type { OrderIndex } from '../../protocol/order-index.ts';
import type { Journal } from '../book/journal.ts';
import type { Trust } from '../verify/trust.ts';

export type Scope = 'all' | 'station';
type Facts = Pick<Journal, 'facts'>;
type Keys = Pick<Trust, 'isRevoked'>;

/** The newest index of a scope that the journal knows. Whoever had a key that was revoked since may have said anything. */
export interface IndexSeen {
  /** -1 before the first. */
  readonly generation: number;
  readonly issuedAt: string | undefined;
}

const nameOf = (scope: Scope): string => `generation-${scope}`;

export function indexSeen(scope: Scope, { facts }: Facts, trust: Keys): IndexSeen {
  const [generation = '-1', kid, issuedAt] = (facts.get(nameOf(scope)) ?? '-1').split(' ');
  return trust.isRevoked(kid) ? { generation: -1, issuedAt: undefined } : { generation: Number(generation), issuedAt };
}

/** What the journal is to know of an index, as its facts. */
export const asSeen = (scope: Scope, { generation, issuedAt }: OrderIndex, kid: string): Record<string, string> => ({
  [nameOf(scope)]: `${generation} ${kid} ${issuedAt}`,
});

/**
 * [P-123] An instant that is past, whatever the clock says: the centre issued an index then. Milliseconds since 1970. It
 * follows the newest index and not the latest instant, so that a centre whose clock went ahead can be set right.
 */
export function certainlyPast(journal: Facts, trust: Keys): number {
  const instants = (['all', 'station'] as const).map((scope) =>
    Date.parse(indexSeen(scope, journal, trust).issuedAt ?? ''),
  );
  return Math.max(Number.NEGATIVE_INFINITY, ...instants.filter((instant) => !Number.isNaN(instant)));
}
