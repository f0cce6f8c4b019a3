import { type Report, reportSchema } from '../../protocol/report.ts';
import type { Database, Queries } from '../database/database.ts';
import { readStored } from '../database/stored-json.ts';

/** A report that was verified, with the signed bytes that prove it. */
export interface VerifiedReport {
  readonly report: Report;
  readonly signed: string;
  readonly receivedAt: string;
}

/** How far one journal is stored without a gap. */
export interface Head {
  readonly station: string;
  readonly epoch: string;
  readonly seq: number;
}

export interface Stored {
  /** Reports that were not in the ledger yet, in the order given. */
  readonly fresh: readonly VerifiedReport[];
  /** One per journal that the batch touched, duplicates included: they ask for their acknowledgement again. */
  readonly heads: readonly Head[];
  /** Numbers that were used already for something else: a journal put back from a copy. */
  readonly reused: readonly VerifiedReport[];
}

/** Stores a batch in one transaction [P-41]. What is in the ledger is never overwritten. */
export function storeReports(database: Database, batch: readonly VerifiedReport[]): Promise<Stored> {
  return database.transaction(async (queries) => {
    const inserted = new Set((await insert(queries, batch)).map(keyOf));
    const fresh: VerifiedReport[] = [];
    const repeated: VerifiedReport[] = [];
    for (const entry of batch) (inserted.delete(keyOf(entry.report)) ? fresh : repeated).push(entry);
    return { fresh, reused: await differing(queries, repeated), heads: await advanceHeads(queries, batch) };
  });
}

function insert(queries: Queries, batch: readonly VerifiedReport[]): Promise<Head[]> {
  const rows = batch.map(({ report, signed, receivedAt }) => ({
    station: report.station,
    epoch: report.epoch,
    seq: report.seq,
    received_at: receivedAt,
    order_id: report.order?.id ?? null,
    outcome: report.outcome,
    body: JSON.stringify(report),
    signed,
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
  const touched = batch.map(({ report }) => ({ station: report.station, epoch: report.epoch }));
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
  const keys = repeated.map(({ report }) => ({ station: report.station, epoch: report.epoch, seq: report.seq }));
  const rows = await queries.query<Head & { signed: string }>(
    `select station, epoch, seq, signed from reports
     join jsonb_to_recordset($1::jsonb) as row(station text, epoch text, seq bigint) using (station, epoch, seq)`,
    [JSON.stringify(keys)],
  );
  const signed = new Map(rows.map((row) => [keyOf(row), row.signed]));
  return repeated.filter((entry) => signed.get(keyOf(entry.report)) !== entry.signed);
}

const keyOf = (head: Head): string => `${head.station} ${head.epoch} ${head.seq}`;

interface Row {
  readonly body: string;
}

/** Every stored report of one station, journal by journal in the order in which the journals appeared. */
export async function reportsOfStation(queries: Queries, station: string): Promise<Report[]> {
  return inOrder(await queries.query<Row>('select body from reports where station = $1 order by stored', [station]));
}

/** Every stored report about one order. */
export async function reportsOfOrder(queries: Queries, id: string): Promise<Report[]> {
  return inOrder(await queries.query<Row>('select body from reports where order_id = $1 order by stored', [id]));
}

export async function allReports(queries: Queries): Promise<Report[]> {
  return inOrder(await queries.query<Row>('select body from reports order by stored', []));
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
