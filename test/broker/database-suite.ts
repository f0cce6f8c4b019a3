import type { Test } from 'tap';
import type { Database } from '../../broker/database/database.ts';
import { migrate } from '../../broker/database/migrate.ts';
import {
  oddReports,
  reportsOfOrder,
  reportsOfStation,
  storeReports,
  type VerifiedReport,
} from '../../broker/ledger/store.ts';
import type { Report } from '../../protocol/report.ts';
import { aReport } from '../support/examples.ts';

const epochs = ['a'.repeat(32), 'b'.repeat(32)] as const;

const verified = (changes: Partial<Report>, signed?: string): VerifiedReport => {
  const report = aReport(changes);
  const { station, epoch, seq } = report;
  return {
    number: { station, epoch, seq },
    report,
    signed: signed ?? `${epoch}.${seq}`,
    receivedAt: '2026-11-20T08:01:04.000Z',
  };
};
const batch = (...numbers: number[]) => numbers.map((seq) => verified({ epoch: epochs[0], seq }));

/** What the centre expects of any database. `open` gives one of centre vinh-phuc; it is closed by the caller. */
export async function databaseSuite(t: Test, database: Database): Promise<void> {
  await t.test('has its tables, once, and belongs to one centre', async (t) => {
    await migrate(database, 'vinh-phuc');
    await t.rejects(migrate(database, 'an-giang'), { message: /belongs to centre vinh-phuc/ });
  });

  await t.test('hands values over alike', async (t) => {
    const [row] = await database.query(
      'select 9007199254740991::bigint as big, $1 as text, $2::integer as whole, null as nothing',
      ['Đại Đồng "\\ 🔊', 7],
    );
    t.same(row, { big: Number.MAX_SAFE_INTEGER, text: 'Đại Đồng "\\ 🔊', whole: 7, nothing: null });
  });

  await t.test('undoes a transaction that throws, and goes on', async (t) => {
    const insert = 'insert into facts values ($1, $2)';
    await t.rejects(
      database.transaction(async (queries) => {
        await queries.query(insert, ['undone', '1']);
        throw new Error('changed my mind');
      }),
      { message: 'changed my mind' },
    );
    await t.rejects(
      database.transaction(async (queries) => {
        await queries.query(insert, ['undone', '2']);
        await queries.query('select nonsense');
      }),
    );
    t.same(await database.query("select * from facts where name = 'undone'"), []);
    t.equal(await database.transaction(async () => 'done'), 'done');
  });

  await t.test('keeps each report once and counts what is unbroken', async (t) => {
    const heads = async (...numbers: number[]) => (await storeReports(database, batch(...numbers))).heads;
    const head = (seq: number) => [{ station: 'dai-dong', epoch: epochs[0], seq }];
    t.same(await heads(2, 3), head(0), 'the first is missing');
    t.same(await heads(5), head(0));
    t.same(await heads(1), head(3), 'the gap closes');
    t.same(await heads(1, 2), head(3), 'repeated ones are answered again');
    t.same(await heads(4, 6, 4), head(6));
    const stored = await storeReports(database, batch(6, 7));
    t.same(
      stored.fresh.map(({ number }) => number.seq),
      [7],
    );
    t.same(
      (await reportsOfStation(database, 'dai-dong')).map((report) => report.seq),
      [1, 2, 3, 4, 5, 6, 7],
    );
  });

  await t.test('counts each journal by itself', async (t) => {
    const { heads } = await storeReports(database, [
      verified({ epoch: epochs[1], seq: 1, order: { id: '019357f0-7a00-7000-8000-0000000000b2', rev: 1 } }),
      verified({ station: 'tan-tien', epoch: epochs[1], seq: 1 }),
      verified({ epoch: epochs[0], seq: 8 }),
    ]);
    const seqs = Object.fromEntries(heads.map((head) => [`${head.station} ${head.epoch[0]}`, head.seq]));
    t.same(seqs, { 'dai-dong b': 1, 'tan-tien b': 1, 'dai-dong a': 8 });
    t.equal((await reportsOfOrder(database, '019357f0-7a00-7000-8000-0000000000b2')).length, 1);
  });

  await t.test('never overwrites a number that is used already, and says so', async (t) => {
    const before = await reportsOfStation(database, 'dai-dong');
    const { fresh, reused } = await storeReports(database, [
      verified({ epoch: epochs[0], seq: 3, outcome: 'accepted' }, 'another'),
    ]);
    t.same(fresh, []);
    t.same(
      reused.map(({ number }) => number.seq),
      [3],
    );
    t.same(await reportsOfStation(database, 'dai-dong'), before);
    t.match(await oddReports(database, 'dai-dong'), [{ seq: 3, reason: 'number-reused', signed: 'another' }]);
    const signedAnew = [verified({ epoch: epochs[0], seq: 3 }, 'the same in other bytes')];
    t.same((await storeReports(database, signedAnew)).reused, []);
  });

  await t.test('keeps what it cannot read, and counts it', async (t) => {
    const number = { station: 'dai-dong', epoch: 'c'.repeat(32), seq: 1 };
    const unreadable = { number, signed: 'x', receivedAt: '2026-11-20T08:01:04.000Z' };
    t.same((await storeReports(database, [unreadable, unreadable])).heads, [number]);
    t.match(
      (await oddReports(database, null)).filter(({ reason }) => reason === 'unreadable'),
      [{ ...number, signed: 'x' }],
    );
  });
}
