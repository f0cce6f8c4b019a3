import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { test } from 'tap';
import { bookOrder } from '../../agent/book/book.ts';
import type { Journal, JournalOptions } from '../../agent/book/journal.ts';
import { openOwnJournal } from '../../agent/book/own-journal.ts';
import { journalsSetAside, openOrSetAside } from '../../agent/book/set-aside.ts';
import { JournalInUseError } from '../../agent/book/storage.ts';
import { silentLog } from '../../agent/log.ts';
import type { VerifiedOrder } from '../../agent/verify/verify-order.ts';
import { anOrder, aReport } from '../support/examples.ts';
import { openJournal } from '../support/journal.ts';

const at = '2026-11-20T08:00:00.000Z';
const LEVELDB = fileURLToPath(new URL('../../../node_modules/classic-level/index.js', import.meta.url));

const orderId = (n: number): string => `019357f0-7a00-7000-8000-${n.toString(16).padStart(12, '0')}`;
const book = (journal: Journal, n: number) =>
  bookOrder(journal, {
    order: anOrder({ id: orderId(n) }),
    zones: ['thon-1'],
    token: new Uint8Array(),
  } as unknown as VerifiedOrder);

/** A journal that has been written, opened and written again, so that it holds tables and a log. */
async function make(directory: string, orders = 3): Promise<string> {
  for (let n = 1; n <= orders; n++) {
    const journal = await openJournal(directory);
    await book(journal, n);
    await journal.close();
  }
  return directory;
}

const find = async (directory: string, ending: string): Promise<string> =>
  join(directory, (await readdir(directory)).find((name) => name.endsWith(ending)) ?? '');
const manifest = async (directory: string) =>
  join(directory, (await readFile(join(directory, 'CURRENT'), 'utf8')).trim());

const damages: Readonly<Record<string, (directory: string) => Promise<unknown>>> = {
  'CURRENT is gone': (directory) => rm(join(directory, 'CURRENT')),
  'CURRENT is empty': (directory) => writeFile(join(directory, 'CURRENT'), ''),
  'CURRENT is garbage': (directory) => writeFile(join(directory, 'CURRENT'), 'garbage'),
  'CURRENT names nothing': (directory) => writeFile(join(directory, 'CURRENT'), 'MANIFEST-009999\n'),
  'the manifest is gone': async (directory) => rm(await manifest(directory)),
  'the manifest is empty': async (directory) => writeFile(await manifest(directory), ''),
  'the manifest is garbage': async (directory) => writeFile(await manifest(directory), Buffer.alloc(500, 0x5a)),
  'a table is gone': async (directory) => rm(await find(directory, '.ldb')),
  'a table is cut': async (directory) => truncate(await find(directory, '.ldb'), 300),
  'a table is garbage': async (directory) => {
    const table = await find(directory, '.ldb');
    await writeFile(table, (await readFile(table)).fill(0x77, 0, 400));
  },
};

test('a journal that is damaged is set aside, and a new one begins', async (t) => {
  const whole = await make(join(t.testdir(), 'whole'));
  for (const [what, damage] of Object.entries(damages)) {
    await t.test(what, async (t) => {
      const directory = join(t.testdir(), 'journal');
      await cp(whole, directory, { recursive: true });
      await damage(directory);
      const { opened, setAside } = await openOrSetAside(directory, at, () => openJournal(directory));
      t.equal(setAside, 'journal.broken-2026-11-20T08-00-00-000Z');
      t.equal(opened.orders.size, 0);
      t.match(await book(opened, 1), { booked: [{}] });
      await opened.close();
      t.ok((await readdir(join(directory, '..', setAside ?? ''))).length > 0, 'what is left of it is kept');
      const again = await openOrSetAside(directory, at, () => openJournal(directory));
      t.equal(again.setAside, undefined);
      t.equal(again.opened.orders.size, 1);
      await again.opened.close();
    });
  }
});

test('only the last two are kept', async (t) => {
  const directory = join(t.testdir(), 'journal');
  for (const hour of ['08', '09', '10', '11']) {
    await make(directory, 1);
    await rm(join(directory, 'CURRENT'));
    const instant = `2026-11-20T${hour}:00:00.000Z`;
    await (await openOrSetAside(directory, instant, () => openJournal(directory))).opened.close();
  }
  t.same(await journalsSetAside(directory), [
    'journal.broken-2026-11-20T10-00-00-000Z',
    'journal.broken-2026-11-20T11-00-00-000Z',
  ]);
});

test('a journal that another agent has open is left alone', async (t) => {
  const directory = await make(join(t.testdir(), 'journal'));
  const program = `import { ClassicLevel } from ${JSON.stringify(LEVELDB)};
    const db = new ClassicLevel(${JSON.stringify(directory)});
    await db.open();
    console.log('open');
    setInterval(() => {}, 1e6);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => other.kill('SIGKILL'));
  await once(other.stdout, 'data');
  await t.rejects(
    openOrSetAside(directory, at, () => openJournal(directory)),
    JournalInUseError,
  );
  await rm(join(directory, 'CURRENT'));
  await t.rejects(
    openOrSetAside(directory, at, () => openJournal(directory)),
    JournalInUseError,
    'damaged or not',
  );
  t.same(await journalsSetAside(directory), []);
});

test('a journal that cannot be read for another reason is left alone', async (t) => {
  const directory = await make(join(t.testdir(), 'journal'));
  // Permissions stop no root; a directory where a file belongs stops everybody.
  await rm(join(directory, 'LOCK'));
  await mkdir(join(directory, 'LOCK'));
  await t.rejects(
    openOrSetAside(directory, at, () => openJournal(directory)),
    { code: 'LEVEL_DATABASE_NOT_OPEN' },
  );
  t.same(await journalsSetAside(directory), []);
  await rm(join(directory, 'LOCK'), { recursive: true });
  const { opened } = await openOrSetAside(directory, at, () => openJournal(directory));
  t.equal(opened.orders.size, 3);
  await opened.close();
});

test('a torn or flipped tail costs the tail alone', async (t) => {
  const folder = t.testdir();
  const whole = join(folder, 'whole');
  await make(whole, 1);
  const journal = await openJournal(whole);
  const epoch = journal.epoch;
  const log = await find(whole, '.log');
  const lengths = [(await stat(log)).size];
  for (let n = 2; n <= 6; n++) {
    await book(journal, n);
    lengths.push((await stat(log)).size);
  }
  await journal.close();
  const end = lengths.at(-1) as number;
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: end - 1 }), fc.constantFrom('cut', 'flip'), async (place, how) => {
      const directory = join(folder, String(round++));
      await cp(whole, directory, { recursive: true });
      const file = join(directory, log.slice(whole.length));
      if (how === 'cut') await truncate(file, place);
      else {
        const bytes = await readFile(file);
        bytes[place] = (bytes[place] ?? 0) ^ 0x10;
        await writeFile(file, bytes);
      }
      const { opened, setAside } = await openOrSetAside(directory, at, () => openJournal(directory));
      // What was synced before the damaged byte is there, report numbers and all.
      const kept = lengths.filter((length) => length <= place).length;
      const ok =
        setAside === undefined &&
        opened.epoch === epoch &&
        opened.orders.size >= Math.max(1, kept) &&
        (await opened.reports(0, 100)).every(({ seq }, index) => seq === index + 1);
      await opened.close();
      await rm(directory, { recursive: true });
      return ok;
    }),
    { numRuns: 60 },
  );
});

test('a value that is no JSON costs its record alone', async (t) => {
  const directory = await make(join(t.testdir(), 'journal'));
  const { ClassicLevel } = await import('classic-level');
  const db = new ClassicLevel(directory);
  await db.put(`order/${orderId(2)}`, '{"order":');
  await db.close();
  const { opened, setAside } = await openOrSetAside(directory, at, () => openJournal(directory));
  t.equal(setAside, undefined);
  t.same([...opened.orders.keys()], [orderId(1), orderId(3)]);
  await opened.close();
});

test('[P-70] what another station has kept is set aside: it must neither air nor be reported under another name', async (t) => {
  const directory = join(t.testdir(), 'journal');
  const stamp: JournalOptions['stamp'] = (draft, number) => ({ ...aReport(), ...draft, ...number });
  let opened = 0;
  const open = (centre: string, station: string) =>
    openOrSetAside(directory, `${++opened}`, () =>
      openOwnJournal({ directory, log: silentLog, stamp }, { centre, station }),
    );
  const first = await open('vinh-phuc', 'dai-dong');
  await book(first.opened, 1);
  await first.opened.close();
  const same = await open('vinh-phuc', 'dai-dong');
  t.same([same.setAside, same.opened.orders.size], [undefined, 1]);
  await same.opened.close();
  for (const [centre, station] of [
    ['vinh-phuc', 'dao-tru'],
    ['phu-tho', 'dao-tru'],
  ] as const) {
    const other = await open(centre, station);
    t.match(other.setAside, /^journal\.broken-/);
    t.same([other.opened.orders.size, other.opened.backlog], [0, 0], `${centre}/${station} begins anew`);
    await book(other.opened, 2);
    await other.opened.close();
  }
});
