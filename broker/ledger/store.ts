import { createHash } from 'node:crypto';
import { type Report, type ReportNumber, reportSchema } from '../../protocol/report.ts';
import type { Database, Queries } from '../database/database.ts';
import { readStored } from '../database/stored-json.ts';

/** A report whose signature was verified, with the signed bytes that prove it. */
export interface VerifiedReport {
  readonly number: ReportNumber;
  /** Absent where the rest is nothing that this centre understands. */
  readonly report?: Report;
  readonly signed: string;
  readonly receivedAt: string;
}

/** How far one journal is stored without a gap. */
export type Head = ReportNumber;

export interface Stored {
  /** Reports that were not in the ledger yet, in the order given. */
  readonly fresh: readonly VerifiedReport[];
  /** One per journal that the batch touched, duplicates included: they ask for their acknowledgement again. */
  readonly heads: readonly Head[];
  /** Numbers that were used already for something else: a journal put back from a copy. Kept beside the ledger. */
  readonly reused: readonly VerifiedReport[];
}

/** In place of an outcome. */
const UNREADABLE = 'unreadable';

/** Stores a batch in one transaction [P-41]. What is in the ledger is never overwritten. */
export function storeReports(database: Database, batch: readonly VerifiedReport[]): Promise<Stored> {
  return database.transaction(async (queries) => {
    const inserted = new Set((await insert(queries, batch)).map(keyOf));
    const fresh: VerifiedReport[] = [];
    const repeated: VerifiedReport[] = [];
    for (const entry of batch) (inserted.delete(keyOf(entry.number)) ? fresh : repeated).push(entry);
    const reused = await differing(queries, repeated);
    await keepReused(queries, reused);
    return { fresh, reused, heads: await advanceHeads(queries, batch) };
  });
}

function insert(queries: Queries, batch: readonly VerifiedReport[]): Promise<Head[]> {
  const rows = batch.map((entry) => ({
    ...entry.number,
    received_at: entry.receivedAt,
    order_id: entry.report?.order?.id ?? null,
    outcome: entry.report?.outcome ?? UNREADABLE,
    body: contentOf(entry),
    signed: entry.signed,
  }));
  return queries.query<Head>(
    `insert into reports (station, epoch, seq, received_at, order_id, outcome, body, signed)
     select station, epoch, seq, received_at, order_id, outcome, body, signed
     from jsonb_to_recordset($1::jsonb) as row(station text, epoch text, seq bigint, received_at text,
       order_id text, outcome text, body text, signed text)
     on conflict (station, epoch, seq) do nothing
     returning station, epoch, seq`,
    [JSON.stringify(rows)],
  );
}

/**
 * From the old head on, a report belongs to the unbroken run exactly where its number equals the head plus its rank.
 * Only what lies beyond the head is looked at, so this costs the size of the gap and not of the journal.
 */
function advanceHeads(queries: Queries, batch: readonly VerifiedReport[]): Promise<Head[]> {
  const touched = batch.map(({ number }) => ({ station: number.station, epoch: number.epoch }));
  return queries.query<Head>(
    `with touched as (
       select distinct station, epoch from jsonb_to_recordset($1::jsonb) as row(station text, epoch text)
     ), base as (
       select station, epoch, coalesce(seq, 0) as head from touched left join report_heads using (station, epoch)
     ), ranked as (
       select station, epoch, reports.seq,
         head + row_number() over (partition by station, epoch order by reports.seq) as expected
       from base join reports using (station, epoch) where reports.seq > head
     )
     insert into report_heads (station, epoch, seq)
     select station, epoch, greatest(head, coalesce(max(ranked.seq) filter (where ranked.seq = expected), head))
     from base left join ranked using (station, epoch) group by station, epoch, head
     on conflict (station, epoch) do update set seq = excluded.seq
     returning station, epoch, seq`,
    [JSON.stringify(touched)],
  );
}

async function differing(queries: Queries, repeated: readonly VerifiedReport[]): Promise<VerifiedReport[]> {
  if (repeated.length === 0) return [];
  const rows = await queries.query<Head & { body: string }>(
    `select station, epoch, seq, body from reports
     join jsonb_to_recordset($1::jsonb) as row(station text, epoch text, seq bigint) using (station, epoch, seq)`,
    [JSON.stringify(repeated.map(({ number }) => number))],
  );
  const bodies = new Map(rows.map((row) => [keyOf(row), row.body]));
  return repeated.filter((entry) => bodies.get(keyOf(entry.number)) !== contentOf(entry));
}

async function keepReused(queries: Queries, reused: readonly VerifiedReport[]): Promise<void> {
  for (const { number, signed, receivedAt } of reused) {
    await queries.query(
      `insert into reused_reports (station, epoch, seq, received_at, signed, hash) values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing`,
      [number.station, number.epoch, number.seq, receivedAt, signed, createHash('sha256').update(signed).digest('hex')],
    );
  }
}

/** What tells two reports apart; a station may sign the same one anew, in other bytes. */
const contentOf = ({ report, signed }: VerifiedReport): string =>
  report === undefined ? signed : JSON.stringify(report);

const keyOf = (head: Head): string => `${head.station} ${head.epoch} ${head.seq}`;

/** A signed report that does not count, and why. */
export interface OddReport extends ReportNumber {
  readonly reason: 'unreadable' | 'number-reused';
  readonly receivedAt: string;
  readonly signed: string;
}

/** What was kept as evidence though nobody can count it; of one station, or of all. */
export function oddReports(queries: Queries, station: string | null): Promise<OddReport[]> {
  return queries.query<OddReport>(
    `select station, epoch, seq, 'unreadable' as reason, received_at as "receivedAt", signed from reports
     where outcome = '${UNREADABLE}' and ($1::text is null or station = $1)
     union all
     select station, epoch, seq, 'number-reused', received_at, signed from reused_reports
     where $1::text is null or station = $1
     order by station, "receivedAt"`,
    [station],
  );
}

interface Row {
  readonly body: string;
}

/** Every report of one station that can be read, journal by journal in the order in which the journals appeared. */
export function reportsOfStation(queries: Queries, station: string): Promise<Report[]> {
  return readable(queries, 'and station = $1', [station]);
}

/** Every report about one order. */
export function reportsOfOrder(queries: Queries, id: string): Promise<Report[]> {
  return readable(queries, 'and order_id = $1', [id]);
}

export function allReports(queries: Queries): Promise<Report[]> {
  return readable(queries, '', []);
}

async function readable(queries: Queries, which: string, parameters: readonly string[]): Promise<Report[]> {
  const select = `select body from reports where outcome <> '${UNREADABLE}' ${which} order by stored`;
  return inOrder(await queries.query<Row>(select, parameters));
}

/** Reports may overtake each other on the way; within a journal their numbers are the truth. */
function inOrder(rows: readonly Row[]): Report[] {
  const journals = new Map<string, Report[]>();
  for (const row of rows) {
    const report = readStored(reportSchema, row.body);
    const name = `${report.station} ${report.epoch}`;
    const journal = journals.get(name) ?? [];
    journal.push(report);
    journals.set(name, journal);
  }
  return [...journals.values()].flatMap((journal) => journal.sort((a, b) => a.seq - b.seq));
}
