import { test } from 'tap';
import { openDatabase } from '../../broker/database/open.ts';
import { silentLog } from '../../broker/log.ts';
import { noPostgres, Postgres } from '../support/postgres.ts';
import { databaseSuite } from './database-suite.ts';

test('PostgreSQL as the database', { skip: noPostgres }, async (t) => {
  const postgres = await Postgres.start();
  t.teardown(() => postgres.close());
  const database = await openDatabase({ directory: '', url: postgres.url, centre: 'vinh-phuc', log: silentLog });
  await databaseSuite(t, database);
  await database.close();
});
