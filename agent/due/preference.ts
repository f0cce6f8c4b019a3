import type { Priority } from '../../protocol/fields.ts';

export interface Claim {
  readonly priority: Priority;
  /** When the centre issued the order, as it wrote it. */
  readonly issuedAt: string;
  readonly key: string;
}

const rank: Readonly<Record<Priority, number>> = { emergency: 2, priority: 1, routine: 0 };

/**
 * Who goes first: emergency before priority before routine; of two emergencies the newer, of all others the earlier
 * issued. Sorts the most preferred first; the key makes the order total.
 */
export function byPreference(a: Claim, b: Claim): number {
  if (a.priority !== b.priority) return rank[b.priority] - rank[a.priority];
  const newestFirst = a.priority === 'emergency' ? -1 : 1;
  if (a.issuedAt !== b.issuedAt) return a.issuedAt < b.issuedAt ? -newestFirst : newestFirst;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** Whether a claim interrupts what is on air: a higher class does, and a newer emergency an older one. */
export function preempts(claim: Claim, onAir: Claim): boolean {
  if (claim.priority === 'emergency' && onAir.priority === 'emergency') return claim.issuedAt > onAir.issuedAt;
  return rank[claim.priority] > rank[onAir.priority];
}
