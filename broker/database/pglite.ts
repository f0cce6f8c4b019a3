import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import type { Log } from '../log.ts';
import type { Database, Parameter } from './database.ts';
import { DurableNodeFS, syncPath, syncTree } from './durable-filesystem.ts';

// Nothing checkpoints by itself in PostgreSQL's single-user mode, which PGlite is; the log would grow without end.
const CHECKPOINT_EVERY_MS = 5 * 60_000;

/** PostgreSQL in this process, in `directory`. One process at a time: the caller holds the lock. */
export async function openPglite(options: { directory: string; log: Log }): Promise<Database> {
  if (!existsSync(options.directory)) await createCluster(options.directory);
  const pglite = await start(options.directory);
  let written = false;
  const checkpoints = setInterval(() => {
    if (!written) return;
    written = false;
    pglite.query('checkpoint').catch((error) => options.log('error', 'checkpoint-failed', { error }));
  }, CHECKPOINT_EVERY_MS);

  const run =
    (runner: PGlite | Transaction) =>
    async <Row extends object>(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> => {
      const { rows } = await runner.query<Row>(sql, [...parameters]);
      return rows;
    };

  return {
    query: (sql, parameters) => {
      written = true;
      return run(pglite)(sql, parameters);
    },
    transaction: (work) => {
      written = true;
      return pglite.transaction((transaction) => work({ query: run(transaction) }));
    },
    close: async () => {
      clearInterval(checkpoints);
      await pglite.close();
    },
  };
}

/** Makes the cluster under another name, so that a power cut meanwhile leaves none rather than half of one. */
async function createCluster(directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const pglite = await start(unfinished);
  await pglite.close();
  await syncTree(unfinished);
  await rename(unfinished, directory);
  syncPath(dirname(directory));
}

function start(directory: string): Promise<PGlite> {
  // -F turns fsync off; it is among PGlite's defaults.
  const startParams = PGlite.defaultStartParams.filter((parameter) => parameter !== '-F');
  startParams.push('-c', 'wal_sync_method=fsync');
  return PGlite.create({ fs: new DurableNodeFS(directory), startParams });
}
