import type { Priority } from '../../protocol/fields.ts';

export interface Claim {
  /** Id of its order. */
  readonly order: string;
  readonly priority: Priority;
  /** When the centre issued the order, as it wrote it. */
  readonly issuedAt: string;
  readonly key: string;
}

/** Ids of orders in the order that the commune's operator set, the most preferred first [P-78]. */
export type Preferred = readonly string[];

const rank: Readonly<Record<Priority, number>> = { emergency: 2, priority: 1, routine: 0 };

/** Where the operator put it; everything that he did not name comes after. He decides between priority orders only. */
const place = ({ order, priority }: Claim, preferred: Preferred): number => {
  const at = priority === 'priority' ? preferred.indexOf(order) : -1;
  return at === -1 ? preferred.length : at;
};

/**
 * Who goes first: emergency before priority before routine; of two emergencies the newer, of two priority orders the one
 * that the operator prefers, of all others the earlier issued. Sorts the most preferred first; the key makes the order
 * total.
 */
export function byPreference(a: Claim, b: Claim, preferred: Preferred = []): number {
  if (a.priority !== b.priority) return rank[b.priority] - rank[a.priority];
  const places = place(a, preferred) - place(b, preferred);
  if (places !== 0) return places;
  const newestFirst = a.priority === 'emergency' ? -1 : 1;
  if (a.issuedAt !== b.issuedAt) return a.issuedAt < b.issuedAt ? -newestFirst : newestFirst;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/**
 * Whether a claim interrupts what is on air: a higher class does, a newer emergency an older one, and a priority order
 * another that the operator put behind it. An earlier issue alone never does.
 */
export function preempts(claim: Claim, onAir: Claim, preferred: Preferred = []): boolean {
  if (claim.priority !== onAir.priority) return rank[claim.priority] > rank[onAir.priority];
  if (claim.priority === 'emergency') return claim.issuedAt > onAir.issuedAt;
  return place(claim, preferred) < place(onAir, preferred);
}
