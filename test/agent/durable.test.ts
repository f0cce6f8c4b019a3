import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { tryWriting, writePrivate } from '../../agent/card/durable.ts';

test('a private file is new, whatever lay at its name before', async (t) => {
  const folder = t.testdir({ 'of-root': 'untouched', 'leftover.new': 'cut short by a crash' });
  const [victim, path] = [join(folder, 'of-root'), join(folder, 'certificate.pem')];
  await symlink(victim, `${path}.new`);
  await writePrivate(path, 'mine');
  await writePrivate(join(folder, 'leftover'), 'mine');
  t.equal(await readFile(victim, 'utf8'), 'untouched', 'no link is followed');
  t.equal((await stat(victim)).mode & 0o777, 0o644);
  for (const name of ['certificate.pem', 'leftover']) {
    t.equal(await readFile(join(folder, name), 'utf8'), 'mine');
    t.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
  }
  t.same((await readdir(folder)).sort(), ['certificate.pem', 'leftover', 'of-root'], 'nothing is left behind');
});

test('trying a card writes to no file but its own', async (t) => {
  const folder = t.testdir({ 'of-root': 'untouched' });
  const state = join(folder, 'state');
  await mkdir(state);
  await symlink(join(folder, 'of-root'), join(state, 'write-test'));
  await tryWriting(state);
  t.equal(await readFile(join(folder, 'of-root'), 'utf8'), 'untouched');
  await writeFile(join(state, 'write-test'), 'cut short by a crash');
  await tryWriting(state);
  t.same(await readdir(state), []);
});
