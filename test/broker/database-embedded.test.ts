import fs, { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { openDatabase } from '../../broker/database/open.ts';
import { silentLog } from '../../broker/log.ts';
import { databaseSuite } from './database-suite.ts';

test('the embedded database', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-database-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const options = { directory: join(folder, 'database'), centre: 'vinh-phuc', log: silentLog };
  const database = await openDatabase(options);

  await t.test('does what every database does', (t) => databaseSuite(t, database));

  await t.test('runs with its log synced at each commit', async (t) => {
    const settings = await database.query<{ name: string; setting: string }>(
      `select name, setting from pg_settings
       where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'wal_sync_method')`,
    );
    t.same(Object.fromEntries(settings.map(({ name, setting }) => [name, setting])), {
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      wal_sync_method: 'fsync',
    });
    const files: string[] = [];
    t.intercept(fs, 'fsyncSync', { value: (file: number) => files.push(fs.readlinkSync(`/proc/self/fd/${file}`)) });
    syncBuiltinESMExports();
    await database.query("insert into facts values ('synced', '1')");
    t.ok(
      files.some((file) => file.includes('/pg_wal/')),
      'the log of this very commit',
    );
    files.length = 0;
    await database.query('checkpoint');
    t.ok(
      files.some((file) => file.includes('/base/')),
      'the tables at a checkpoint',
    );
    t.ok(files.at(-1)?.endsWith('/pg_control'), 'and what says so last');
  });

  await t.test('is there again when it is opened again', async (t) => {
    syncBuiltinESMExports();
    await database.close();
    t.notOk(existsSync(`${options.directory}.unfinished`));
    const again = await openDatabase(options);
    t.same(await again.query("select value from facts where name = 'synced'"), [{ value: '1' }]);
    await again.close();
  });
});
