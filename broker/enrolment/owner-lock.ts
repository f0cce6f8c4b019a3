import type { Subject } from '../authority/authority.ts';
import type { Queries } from '../database/database.ts';

const OWNER_LOCK = 7_301_504;

/**
 * Whatever changes the certificates of one owner goes one after the other: a renewal that looked before a revocation must
 * not write after it. Held to the transaction's end.
 */
export async function lockOwner(queries: Queries, { id, role }: Subject): Promise<void> {
  await queries.query('select pg_advisory_xact_lock($1, hashtext($2))', [OWNER_LOCK, `${role} ${id}`]);
}
