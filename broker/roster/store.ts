import * as v from 'valibot';
import type { Database } from '../database/database.ts';
import { readStored } from '../database/stored-json.ts';
import type { Log } from '../log.ts';
import { type Entry, entrySchema, newEntry } from './entry.ts';

/** An entry that cannot be read any more costs what the station will say again, never its pinned key nor the start. */
export async function loadEntries(database: Database, log: Log): Promise<Entry[]> {
  const rows = await database.query<{ entry: string }>('select entry from stations order by station');
  return rows.flatMap(({ entry }) => {
    try {
      return readStored(entrySchema, entry);
    } catch (error) {
      log('error', 'station-entry-unreadable', { error });
      const { station, lastSeen, key } = readStored(v.pick(entrySchema, ['station', 'lastSeen', 'key']), entry);
      return { ...newEntry(station, lastSeen), ...(key === undefined ? {} : { key }) };
    }
  });
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
