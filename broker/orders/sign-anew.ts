import { createHash } from 'node:crypto';
import { cancelSchema, encodeCancel } from '../../protocol/cancel.ts';
import { peekKid, type SigningKey } from '../../protocol/envelope.ts';
import { encodeOrder, orderSchema } from '../../protocol/order.ts';
import type { Database, Queries } from '../database/database.ts';
import { readStored } from '../database/stored-json.ts';
import { lockBook } from './book-lock.ts';

interface Row {
  readonly id: string;
  readonly rev: number;
  readonly signed: string;
}

/**
 * Signs with the present key whatever is in force, or cancelled, and was signed with another [P-104]: a station that comes
 * back when the key before has ended or is revoked can verify it. Id, revision and content stay, so nothing airs twice
 * [P-61]. Returns how many messages that were.
 */
export function signAnew(database: Database, signer: SigningKey): Promise<number> {
  return database.transaction(async (queries) => {
    await lockBook(queries);
    return (await signOrders(queries, signer)) + (await signCancellations(queries, signer));
  });
}

async function signOrders(queries: Queries, signer: SigningKey): Promise<number> {
  const rows = await queries.query<Row & { readonly body: string }>(
    'select id, rev, signed, body from orders where current and expires_at > $1',
    [new Date().toISOString()],
  );
  const others = rows.filter(({ signed }) => peekKid(bytes(signed)) !== signer.kid);
  for (const { id, rev, body } of others) {
    const signed = await encodeOrder(readStored(orderSchema, body), signer);
    const hash = createHash('sha256').update(signed).digest('hex');
    await queries.query('update orders set signed = $3, hash = $4 where id = $1 and rev = $2', [
      ...[id, rev, new TextDecoder().decode(signed), hash],
    ]);
  }
  return others.length;
}

async function signCancellations(queries: Queries, signer: SigningKey): Promise<number> {
  const rows = await queries.query<Row>(
    `select cancellations.id, cancellations.rev, cancellations.signed from cancellations
     join orders on orders.id = cancellations.id and orders.current where expires_at > $1`,
    [new Date().toISOString()],
  );
  const others = rows.filter(({ signed }) => peekKid(bytes(signed)) !== signer.kid);
  for (const { id, rev, signed: before } of others) {
    // Our own database: the signature of a key that may be gone is not asked for.
    const payload = Buffer.from(before.split('.')[1] ?? '', 'base64url').toString('utf8');
    const signed = new TextDecoder().decode(await encodeCancel(readStored(cancelSchema, payload), signer));
    await queries.query('update cancellations set signed = $3 where id = $1 and rev = $2', [id, rev, signed]);
  }
  return others.length;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
