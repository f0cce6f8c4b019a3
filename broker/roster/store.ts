import type { Database } from '../database/database.ts';
import { readStored } from '../database/stored-json.ts';
import { type Entry, entrySchema } from './entry.ts';

export async function loadEntries(database: Database): Promise<Entry[]> {
  const rows = await database.query<{ entry: string }>('select entry from stations order by station');
  return rows.map((row) => readStored(entrySchema, row.entry));
}

/** One statement for any number of stations: ten thousand come back at once after an outage. */
export async function saveEntries(database: Database, entries: readonly Entry[]): Promise<void> {
  const rows = entries.map((entry) => ({ station: entry.station, entry: JSON.stringify(entry) }));
  await database.query(
    `insert into stations (station, entry)
     select station, entry from jsonb_to_recordset($1::jsonb) as row(station text, entry text)
     on conflict (station) do update set entry = excluded.entry`,
    [JSON.stringify(rows)],
  );
}
