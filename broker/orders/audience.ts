import type { Order } from '../../protocol/order.ts';
import { accepted, type Decoded, type FieldProblem, refused } from '../../protocol/refusal.ts';
import type { Roster } from '../roster/roster.ts';

/** Whom an order addresses, by name; `all` goes out on the one topic that everybody reads. */
export interface Audience {
  readonly kind: 'all' | 'stations';
  readonly stations: readonly string[];
}

/** Resolves groups and checks names against the roster. A station that was never heard of is refused by name. */
export function resolveAudience(to: Order['to'], roster: Roster): Decoded<Audience> {
  const everyone = roster.all();
  if (to === 'all') return accepted({ kind: 'all', stations: everyone.map((entry) => entry.station) });
  const problems: FieldProblem[] = [];
  const stations = new Set<string>();
  if ('stations' in to) {
    for (const [at, station] of to.stations.entries()) {
      if (roster.get(station)) stations.add(station);
      else problems.push({ path: `to.stations.${at}`, problem: 'no such station' });
    }
  } else {
    for (const [at, group] of to.groups.entries()) {
      const members = everyone.filter((entry) => entry.birth?.groups.includes(group));
      for (const member of members) stations.add(member.station);
      if (members.length === 0) problems.push({ path: `to.groups.${at}`, problem: 'no station is in this group' });
    }
  }
  if (problems.length > 0) return refused('unknown-station', '', problems);
  return accepted({ kind: 'stations', stations: [...stations].sort() });
}
