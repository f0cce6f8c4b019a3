import pg from 'pg';
import type { Log } from '../log.ts';
import type { Database, Parameter, Queries } from './database.ts';

/** A PostgreSQL server. What it promises of a commit is its own `synchronous_commit` and `fsync`, on by default. */
export function openPostgres(options: { url: string; log: Log }): Database {
  const pool = new pg.Pool({ connectionString: options.url, max: 8, types: { getTypeParser: typeParser } });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => options.log('warn', 'database-connection-lost', { error }));
  return {
    query: (sql, parameters) => run(pool, sql, parameters),
    transaction: (work) => transact(pool, work),
    close: () => pool.end(),
  };
}

async function transact<T>(pool: pg.Pool, work: (queries: Queries) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work({ query: (sql, parameters) => run(client, sql, parameters) });
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // A connection whose rollback fails is thrown away with whatever it held.
    await client.query('rollback').then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}

async function run<Row extends object>(
  client: pg.Pool | pg.PoolClient,
  sql: string,
  parameters: readonly Parameter[] = [],
): Promise<Row[]> {
  const { rows } = await client.query(sql, [...parameters]);
  return rows as Row[];
}

const BIGINT = 20;

/** pg hands `bigint` over as text; every bigint of ours is a safe integer. */
function typeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return oid === BIGINT ? Number : (pg.types.getTypeParser(oid, format ?? 'text') as (value: string) => unknown);
}
