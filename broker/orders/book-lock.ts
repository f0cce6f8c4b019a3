import type { Queries } from '../database/database.ts';

const BOOK_LOCK = 7_301_502;

/** Whatever changes the book goes one after the other, whatever connection it comes on. Held to the transaction's end. */
export async function lockBook(queries: Queries): Promise<void> {
  await queries.query('select pg_advisory_xact_lock($1)', [BOOK_LOCK]);
}
