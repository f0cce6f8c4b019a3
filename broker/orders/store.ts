import { type Order, orderSchema } from '../../protocol/order.ts';
import type { Queries } from '../database/database.ts';
import { readStored } from '../database/stored-json.ts';
import type { Audience } from './audience.ts';

/** One revision as the book has it. */
export interface BookedOrder {
  readonly order: Order;
  readonly content: string;
  readonly signed: string;
  readonly hash: string;
  readonly audience: Audience['kind'];
  readonly bookedAt: string;
  readonly client?: string;
  readonly request?: string;
  readonly cancelledAt?: string;
}

interface Row {
  readonly body: string;
  readonly content: string;
  readonly signed: string;
  readonly hash: string;
  readonly audience: Audience['kind'];
  readonly booked_at: string;
  readonly client: string | null;
  readonly request: string | null;
  readonly cancelled_at: string | null;
}

const SELECT = `select body, content, orders.signed, hash, audience, booked_at, client, request, cancelled_at
  from orders left join cancellations on cancellations.id = orders.id and cancellations.rev >= orders.rev`;

export async function latestRevision(queries: Queries, id: string): Promise<BookedOrder | undefined> {
  const [row] = await queries.query<Row>(`${SELECT} where orders.id = $1 and current`, [id]);
  return row && fromRow(row);
}

export async function revisionOf(queries: Queries, id: string, rev: number): Promise<BookedOrder | undefined> {
  const [row] = await queries.query<Row>(`${SELECT} where orders.id = $1 and orders.rev = $2`, [id, rev]);
  return row && fromRow(row);
}

export async function listOrders(queries: Queries, limit: number): Promise<BookedOrder[]> {
  const rows = await queries.query<Row>(`${SELECT} where current order by booked_at desc, orders.id desc limit $1`, [
    limit,
  ]);
  return rows.map(fromRow);
}

export async function stationsOf(queries: Queries, id: string): Promise<string[]> {
  const rows = await queries.query<{ station: string }>(
    'select station from order_stations where id = $1 order by station',
    [id],
  );
  return rows.map((row) => row.station);
}

/** Books a revision in place of the one before it. */
export async function insertRevision(queries: Queries, booked: BookedOrder, audience: Audience): Promise<void> {
  const { order } = booked;
  await queries.query('update orders set current = false where id = $1 and current', [order.id]);
  await queries.query(
    `insert into orders
       (id, rev, current, content, body, signed, hash, audience, priority, expires_at, booked_at, client, request)
     values ($1, $2, true, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      order.id,
      order.rev,
      booked.content,
      JSON.stringify(order),
      booked.signed,
      booked.hash,
      audience.kind,
      order.priority,
      order.expiresAt,
      booked.bookedAt,
      booked.client ?? null,
      booked.request ?? null,
    ],
  );
  await addStations(queries, order.id, audience.stations);
  for (const group of groupsIn(order)) {
    await queries.query('insert into order_groups (id, name) values ($1, $2) on conflict do nothing', [
      order.id,
      group,
    ]);
  }
}

export async function addStations(queries: Queries, id: string, stations: readonly string[]): Promise<void> {
  await queries.query(
    `insert into order_stations (id, station)
     select $1, value from jsonb_array_elements_text($2::jsonb) as station(value) on conflict do nothing`,
    [id, JSON.stringify(stations)],
  );
}

export interface StoredCancellation {
  readonly rev: number;
  readonly signed: string;
}

export async function cancellationOf(queries: Queries, id: string): Promise<StoredCancellation | undefined> {
  const [row] = await queries.query<StoredCancellation>('select rev, signed from cancellations where id = $1', [id]);
  return row;
}

export async function insertCancellation(
  queries: Queries,
  cancellation: { id: string; rev: number; signed: string; at: string },
): Promise<void> {
  await queries.query(
    `insert into cancellations (id, rev, signed, cancelled_at) values ($1, $2, $3, $4)
     on conflict (id) do update set rev = excluded.rev, signed = excluded.signed, cancelled_at = excluded.cancelled_at
     where cancellations.rev < excluded.rev`,
    [cancellation.id, cancellation.rev, cancellation.signed, cancellation.at],
  );
}

function groupsIn(order: Order): readonly string[] {
  return typeof order.to === 'object' && 'groups' in order.to ? order.to.groups : [];
}

function fromRow(row: Row): BookedOrder {
  return {
    order: readStored(orderSchema, row.body),
    content: row.content,
    signed: row.signed,
    hash: row.hash,
    audience: row.audience,
    bookedAt: row.booked_at,
    ...(row.client === null ? {} : { client: row.client }),
    ...(row.request === null ? {} : { request: row.request }),
    ...(row.cancelled_at === null ? {} : { cancelledAt: row.cancelled_at }),
  };
}
