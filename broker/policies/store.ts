import { type Policy, policySchema } from '../../protocol/policy.ts';
import type { Database } from '../database/database.ts';
import { readStored } from '../database/stored-json.ts';

/** Stands for every station where one's id would stand; no id looks like it. */
export const EVERYONE = 'all/';

export interface SetPolicy {
  /** A station's id, or EVERYONE. */
  readonly addressee: string;
  readonly version: number;
  readonly setAt: string;
  /** Absent where it was cleared: the version stays, so that stations hear of that too. */
  readonly policy?: Policy;
}

interface Row {
  readonly addressee: string;
  readonly version: number;
  readonly policy: string | null;
  readonly set_at: string;
}

/** Changes are numbered one after the other, whatever connection they come on. */
const POLICY_LOCK = 7_301_503;

export async function loadPolicies(database: Database): Promise<SetPolicy[]> {
  return (await database.query<Row>('select addressee, version, policy, set_at from policies')).map(fromRow);
}

/**
 * Sets or clears a policy under the next version of all. Versions follow the clock: those of a database that was put
 * back from an old copy are above what stations have seen, and are not refused as older [P-75].
 */
export function storePolicy(database: Database, addressee: string, policy: Policy | undefined): Promise<SetPolicy> {
  return database.transaction(async (queries) => {
    await queries.query('select pg_advisory_xact_lock($1)', [POLICY_LOCK]);
    const now = new Date();
    const [row] = await queries.query<Row>(
      `insert into policies (addressee, version, policy, set_at)
       select $1, greatest((select coalesce(max(version), 0) + 1 from policies), $2::bigint), $3, $4
       on conflict (addressee) do update
         set version = excluded.version, policy = excluded.policy, set_at = excluded.set_at
       returning addressee, version, policy, set_at`,
      [
        addressee,
        Math.floor(now.getTime() / 1_000),
        policy === undefined ? null : JSON.stringify(policy),
        now.toISOString(),
      ],
    );
    if (row === undefined) throw new Error('the policy was not stored');
    return fromRow(row);
  });
}

const fromRow = ({ addressee, version, policy, set_at: setAt }: Row): SetPolicy => ({
  addressee,
  version,
  setAt,
  ...(policy === null ? {} : { policy: readStored(policySchema, policy) }),
});
