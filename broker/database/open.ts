import type { Log } from '../log.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

export interface DatabaseOptions {
  /** Folder of the embedded database; used where `url` is absent. */
  readonly directory: string;
  /** `postgres://…` for a PostgreSQL server. */
  readonly url?: string | undefined;
  /** One database belongs to one centre; another centre's is refused. */
  readonly centre: string;
  readonly log: Log;
}

/** Opens the embedded or the external database, with the newest tables in it. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const database =
    options.url === undefined
      ? await openPglite({ directory: options.directory, log: options.log })
      : openPostgres({ url: options.url, log: options.log });
  try {
    await migrate(database, options.centre);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}
