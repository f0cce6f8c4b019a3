import type { Database } from './database.ts';
import { migrations } from './migrations.ts';

/** Any number that only Loa uses; two centres that start at once on one PostgreSQL wait for each other. */
const MIGRATION_LOCK = 7_301_501;

/** Brings the tables up to date, and claims the database for this centre. Throws where it is another's or newer. */
export async function migrate(database: Database, centre: string): Promise<void> {
  await database.transaction(async (queries) => {
    await queries.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await queries.query('create table if not exists facts (name text primary key, value text not null)');
    const facts = new Map(
      (await queries.query<{ name: string; value: string }>('select name, value from facts')).map((row) => [
        row.name,
        row.value,
      ]),
    );
    const owner = facts.get('centre') ?? centre;
    if (owner !== centre) throw new Error(`this database belongs to centre ${owner}, not to ${centre}`);
    const version = Number(facts.get('version') ?? 0);
    if (version > migrations.length) throw new Error(`this database was made by a newer Loa (version ${version})`);
    for (const statements of migrations.slice(version)) {
      for (const statement of statements) await queries.query(statement);
    }
    const save = 'insert into facts values ($1, $2) on conflict (name) do update set value = excluded.value';
    await queries.query(save, ['centre', centre]);
    await queries.query(save, ['version', String(migrations.length)]);
  });
}
