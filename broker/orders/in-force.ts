import type { Queries } from '../database/database.ts';
import type { Audience } from './audience.ts';

/** Live: the latest revision, not expired, not cancelled. `$1` is now. */
const LIVE = `orders.current and orders.expires_at > $1 and not exists
  (select 1 from cancellations where cancellations.id = orders.id and cancellations.rev >= orders.rev)`;

/**
 * Adds a station to the live orders of its groups that were booked before it was known to belong there. Returns how
 * many.
 */
export async function joinGroups(queries: Queries, station: string, groups: readonly string[]): Promise<number> {
  const rows = await queries.query<{ id: string }>(
    `insert into order_stations (id, station)
     select distinct orders.id, $2 from orders join order_groups on order_groups.id = orders.id
     where ${LIVE} and order_groups.name in (select value from jsonb_array_elements_text($3::jsonb) as name(value))
     on conflict do nothing returning id`,
    [new Date().toISOString(), station, JSON.stringify(groups)],
  );
  return rows.length;
}

/** How many live orders besides `id` each addressee has; '' stands for those addressed to everyone. */
export async function liveCounts(queries: Queries, id: string, audience: Audience): Promise<Map<string, number>> {
  const now = new Date().toISOString();
  if (audience.kind === 'all') {
    const [row] = await queries.query<{ count: number }>(
      `select count(*)::integer as count from orders where ${LIVE} and audience = 'all' and id <> $2`,
      [now, id],
    );
    return new Map([['', row?.count ?? 0]]);
  }
  const rows = await queries.query<{ station: string; count: number }>(
    `select station, count(*)::integer as count from orders join order_stations using (id)
     where ${LIVE} and audience = 'stations' and orders.id <> $2
       and station in (select value from jsonb_array_elements_text($3::jsonb) as addressee(value))
     group by station`,
    [now, id, JSON.stringify(audience.stations)],
  );
  return new Map(rows.map((row) => [row.station, row.count]));
}

export interface Listed {
  readonly id: string;
  readonly rev: number;
  readonly hash: string;
}

/** What must be listed and handed out first; more may join a station by its groups than an index holds. */
const BY_URGENCY = `case priority when 'emergency' then 0 when 'priority' then 1 else 2 end, booked_at, orders.id`;

/** The live orders of one station, or with `undefined` those addressed to everyone; the most urgent, then the oldest first. */
export function liveOrders(queries: Queries, station: string | undefined, limit: number): Promise<Listed[]> {
  const now = new Date().toISOString();
  return station === undefined
    ? queries.query<Listed>(
        `select id, rev, hash from orders where ${LIVE} and audience = 'all' order by ${BY_URGENCY} limit $2`,
        [now, limit],
      )
    : queries.query<Listed>(
        `select orders.id, rev, hash from orders join order_stations using (id)
         where ${LIVE} and audience = 'stations' and station = $2 order by ${BY_URGENCY} limit $3`,
        [now, station, limit],
      );
}

/** Cancellations of orders that would still be live, the newest first. */
export function standingCancellations(
  queries: Queries,
  station: string | undefined,
  limit: number,
): Promise<{ id: string; rev: number; at: string }[]> {
  const now = new Date().toISOString();
  const select = `select cancellations.id, cancellations.rev, cancelled_at as at from cancellations
    join orders on orders.id = cancellations.id and orders.current`;
  return station === undefined
    ? queries.query(
        `${select} where expires_at > $1 and audience = 'all' order by cancelled_at desc, cancellations.id limit $2`,
        [now, limit],
      )
    : queries.query(
        `${select} join order_stations on order_stations.id = orders.id
         where expires_at > $1 and audience = 'stations' and station = $2
         order by cancelled_at desc, cancellations.id limit $3`,
        [now, station, limit],
      );
}

/** Every station to which an index should go out: it has orders that have not expired. */
export async function stationsWithOrders(queries: Queries): Promise<string[]> {
  const rows = await queries.query<{ station: string }>(
    `select distinct station from orders join order_stations using (id)
     where current and audience = 'stations' and expires_at > $1 order by station`,
    [new Date().toISOString()],
  );
  return rows.map((row) => row.station);
}

/**
 * Takes the next generation of an addressee's index; it grows for ever, whatever process asks. It follows the clock, in
 * milliseconds: that of a database that was put back from an old copy is above what stations have seen [P-32].
 */
export async function nextGeneration(queries: Queries, station: string | undefined): Promise<number> {
  const [row] = await queries.query<{ generation: number }>(
    `insert into index_generations (addressee, generation) values ($1, $2::bigint)
     on conflict (addressee) do update
       set generation = greatest(index_generations.generation + 1, excluded.generation)
     returning generation`,
    [station ?? 'all/', Date.now()],
  );
  if (row === undefined) throw new Error('the index has no generation');
  return row.generation;
}

/** What a pull is answered with: each order's latest revision, or its cancellation, where it is the station's. */
export async function messagesFor(queries: Queries, station: string, ids: readonly string[]): Promise<string[]> {
  const rows = await queries.query<{ signed: string }>(
    `select coalesce(cancellations.signed, orders.signed) as signed from orders
     left join cancellations on cancellations.id = orders.id and cancellations.rev >= orders.rev
     where current and orders.id in (select value from jsonb_array_elements_text($1::jsonb) as wanted(value))
       and (audience = 'all' or exists
         (select 1 from order_stations where order_stations.id = orders.id and station = $2))
     order by ${BY_URGENCY}`,
    [JSON.stringify(ids), station],
  );
  return rows.map((row) => row.signed);
}

/** The ids of the live orders that a client has ordered. */
export async function liveOrdersOf(queries: Queries, client: string): Promise<string[]> {
  const rows = await queries.query<{ id: string }>(
    `select orders.id from orders where ${LIVE} and client = $2 order by booked_at`,
    [new Date().toISOString(), client],
  );
  return rows.map(({ id }) => id);
}
