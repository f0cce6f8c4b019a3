import { join } from 'node:path';
import { test } from 'tap';
import { Storage } from '../../agent/book/storage.ts';
import { silentLog } from '../../agent/log.ts';
import { mountSmallDisk, NEEDS_ROOT, type SmallDisk } from '../support/small-disk.ts';

const disks = [await mountSmallDisk(1), await mountSmallDisk(1), await mountSmallDisk(1)];
const skip = disks.includes(undefined) && NEEDS_ROOT;

const put = (key: string, length = 10) => ({ type: 'put' as const, key, value: 'x'.repeat(length) });

async function keysOf(storage: Storage): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const [key] of storage.iterate()) keys.push(key);
  return keys;
}

test('what was written after a full disk had room again is there after the next start', { skip }, async (t) => {
  const disk = disks[0] as SmallDisk;
  t.teardown(() => disk.close());
  const directory = join(disk.path, 'journal');
  const storage = await Storage.open({ directory, log: silentLog });
  const failures: unknown[] = [];
  storage.onFailure((failure) => failures.push(failure));
  await storage.write([put('before')]);
  await disk.fill(0);
  await t.rejects(async () => {
    for (let at = 0; ; at++) await storage.write([put(`full-${String(at).padStart(3, '0')}`, 500)]);
  });
  await t.rejects(storage.write([put('still full')]));
  t.ok(failures.at(-1) instanceof Error);
  await disk.free();
  await storage.write([put('after')]);
  t.equal(failures.at(-1), undefined);
  await storage.close();

  const again = await Storage.open({ directory, log: silentLog });
  t.teardown(() => again.close());
  const keys = await keysOf(again);
  t.ok(keys.includes('before') && keys.includes('after'), keys.join(' '));
});

test('a write that fails asks for room once, and goes on when there is some', { skip }, async (t) => {
  const disk = disks[1] as SmallDisk;
  t.teardown(() => disk.close());
  let asked = 0;
  const relieve = async () => {
    asked += 1;
    await disk.free();
  };
  const storage = await Storage.open({ directory: join(disk.path, 'journal'), log: silentLog, relieve });
  t.teardown(() => storage.close());
  await disk.fill(0);
  for (let at = 0; at < 50; at++) await storage.write([put(String(at), 500)]);
  t.equal(asked, 1);
  t.equal((await keysOf(storage)).length, 50);
});

test('a journal that finds no room to be opened anew asks for it too', { skip }, async (t) => {
  const disk = disks[2] as SmallDisk;
  t.teardown(() => disk.close());
  let mayFree = false;
  const relieve = async () => {
    if (mayFree) await disk.free();
  };
  const storage = await Storage.open({ directory: join(disk.path, 'journal'), log: silentLog, relieve });
  t.teardown(() => storage.close());
  await disk.fill(0);
  await t.rejects(async () => {
    for (let at = 0; ; at++) await storage.write([put(String(at), 500)]);
  });
  mayFree = true;
  await storage.write([put('after')]);
  t.ok((await keysOf(storage)).includes('after'));
});
