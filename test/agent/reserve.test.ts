import { randomBytes } from 'node:crypto';
import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { Reserve } from '../../agent/book/reserve.ts';
import { put, Storage } from '../../agent/book/storage.ts';
import { silentLog } from '../../agent/log.ts';
import { mountSmallDisk, NEEDS_ROOT, type SmallDisk } from '../support/small-disk.ts';

const MB = 1_048_576;
const disks = [await mountSmallDisk(24), await mountSmallDisk(24), await mountSmallDisk(12)];
const skip = disks.includes(undefined) && NEEDS_ROOT;

async function opened(directory: string): Promise<{ reserve: Reserve; lacking: (string | undefined)[] }> {
  const lacking: (string | undefined)[] = [];
  const reserve = await Reserve.open({ directory, log: silentLog });
  reserve.onLook((why) => lacking.push(why));
  return { reserve, lacking };
}

test('room is kept, given up when there is hardly any, and kept again when there is ample', { skip }, async (t) => {
  const disk = disks[0] as SmallDisk;
  t.teardown(() => disk.close());
  const file = join(disk.path, 'reserve');
  const { reserve, lacking } = await opened(disk.path);
  await reserve.look();
  t.same(lacking, [undefined]);
  const { size, blocks } = await stat(file);
  t.equal(size, 8 * MB);
  t.ok(blocks * 512 >= size, 'it takes the room that it keeps');

  await disk.fill(5 * MB);
  await reserve.yield();
  t.equal((await stat(file)).size, 8 * MB, 'the journal still has room');

  await disk.fill(0);
  await reserve.look();
  t.same(lacking, [undefined, undefined], 'it is there');
  await reserve.yield();
  t.notOk((await readdir(disk.path)).includes('reserve'));
  t.match(lacking.at(-1), /Remove what is not needed/);

  await reserve.look();
  await reserve.look();
  t.notOk((await readdir(disk.path)).includes('reserve'), 'it would fill the card itself');
  t.match(lacking.at(-1), /Remove what is not needed/);

  await disk.free();
  await reserve.look();
  t.equal(lacking.at(-1), undefined);
  t.equal((await stat(file)).size, 8 * MB);

  await reserve.close();
  await truncate(file, 3 * MB);
  const next = await opened(disk.path);
  await next.reserve.look();
  t.equal((await stat(file)).size, 8 * MB, 'one that a power cut left unfinished is made anew');

  await disk.fill(1 * MB);
  await Reserve.open({ directory: disk.path, log: silentLog });
  t.notOk((await readdir(disk.path)).includes('reserve'), 'the journal may need room to be opened');
});

test('a journal that lacks room to be opened anew has it of the reserve', { skip }, async (t) => {
  const disk = disks[1] as SmallDisk;
  t.teardown(() => disk.close());
  const { reserve } = await opened(disk.path);
  await reserve.look();
  const directory = join(disk.path, 'journal');
  const storage = await Storage.open({ directory, log: silentLog, relieve: () => reserve.yield() });
  t.teardown(() => storage.close());
  // Nearly as much as LevelDB gathers before it makes a table; noise, which the table does not make smaller.
  const noise = (bytes: number) => randomBytes(bytes).toString('base64');
  for (let at = 0; at < 36; at++) await storage.write([put(`before-${at}`, noise(75_000))]);
  await disk.fill(0);
  for (let at = 0; at < 300; at++) await storage.write([put(`after-${at}`, noise(750))]);
  t.notOk((await readdir(disk.path)).includes('reserve'));
  const keys: string[] = [];
  for await (const [key] of storage.iterate()) keys.push(key);
  t.equal(keys.length, 336);
});

test('a card without room for it says so, and one that cannot be written', { skip }, async (t) => {
  const disk = disks[2] as SmallDisk;
  t.teardown(() => disk.close());
  const { reserve, lacking } = await opened(disk.path);
  await reserve.look();
  t.match(lacking, [/16 MB are free/]);
  t.same(await readdir(disk.path), []);
  const gone = await opened(join(disk.path, 'gone'));
  await gone.reserve.look();
  t.match(gone.lacking, [/ENOENT.*Check the card/]);
});

test('one that is not finished when the agent ends is not left behind, and nothing is said of it', async (t) => {
  const directory = t.testdir();
  const { reserve, lacking } = await opened(directory);
  const look = reserve.look();
  await reserve.close();
  await look;
  await reserve.look();
  t.same(lacking, []);
  t.same(await readdir(directory), []);
});
