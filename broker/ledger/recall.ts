import { MAX_RECALLED_AIRINGS } from '../../protocol/limits.ts';
import type { Recall, RecalledAiring } from '../../protocol/recall.ts';
import { finalOutcomes } from '../../protocol/report.ts';
import type { Queries } from '../database/database.ts';

/** As the index `reports_of_airings` lists them. */
const TELLING = `outcome in (${['airing', ...finalOutcomes].map((outcome) => `'${outcome}'`).join(', ')})`;

/** What the ledger knows of one journal of a station: how far it goes, and whether another one came after it [P-71]. */
export async function knownOfJournal(
  queries: Queries,
  station: string,
  epoch: string,
): Promise<Pick<Recall, 'stored' | 'highest' | 'latest'>> {
  const [row] = await queries.query<{ stored: number; highest: number; latest: string | null }>(
    `select
       coalesce((select seq from report_heads where station = $1 and epoch = $2), 0) as stored,
       coalesce((select max(seq) from reports where station = $1 and epoch = $2), 0) as highest,
       (select epoch from reports where station = $1 and ${TELLING} order by stored desc limit 1) as latest`,
    [station, epoch],
  );
  if (row === undefined) throw new Error('a select without a row');
  const { stored, highest, latest } = row;
  return { stored, highest, ...(latest === null ? {} : { latest }) };
}

/**
 * A page of what a station said about airings of orders that have not expired: those that began or ended, each with the
 * first outcome after which nothing follows [P-72]. What the asking journal, `epoch`, said itself is left out: it knows,
 * and what it began meanwhile it would end. In the order in which they were first heard of, so that what comes in
 * meanwhile comes after.
 */
export async function airingsAfter(
  queries: Queries,
  station: string,
  { epoch, after }: { readonly epoch: string; readonly after: number },
): Promise<Pick<Recall, 'airings' | 'next'>> {
  const rows = await queries.query<
    Required<RecalledAiring> & { occurrence: RecalledAiring['occurrence'] | null; first: number }
  >(
    `with said as (
       select order_id as id, (reports.body::jsonb #>> '{order,rev}')::integer as rev,
         reports.body::jsonb ->> 'occurrence' as occurrence, outcome, stored,
         outcome <> 'airing' and reports.body::jsonb -> 'continues' is null as last
       from reports join orders on orders.id = order_id and orders.current
       where station = $1 and epoch <> $2 and ${TELLING} and expires_at > $3
     )
     select id, rev, occurrence, min(stored) as first,
       coalesce((array_agg(outcome order by stored) filter (where last))[1], 'airing') as outcome
     from said group by id, rev, occurrence having min(stored) > $4 order by first limit $5`,
    [station, epoch, new Date().toISOString(), after, MAX_RECALLED_AIRINGS + 1],
  );
  const page = rows.slice(0, MAX_RECALLED_AIRINGS);
  const last = page.at(-1);
  return {
    airings: page.map(({ id, rev, occurrence, outcome }) => ({
      id,
      rev,
      ...(occurrence === null ? {} : { occurrence }),
      outcome,
    })),
    ...(rows.length > page.length && last !== undefined && { next: last.first }),
  };
}
