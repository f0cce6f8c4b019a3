import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ClassicLevel } from 'classic-level';
import { test } from 'tap';
import { foundMemoryFolders } from '../../agent/card/memory-folder.ts';
import { configurationFile } from '../../simulator/station/configuration-file.ts';
import { makeKey } from '../support/puppet-centre.ts';
import { mountSmallDisk, NEEDS_ROOT, type SmallDisk } from '../support/small-disk.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../agent/main.js', import.meta.url));
const mounted = await mountSmallDisk(24);

test('an agent whose card is read-only and holds no key says what to do, and touches nothing', {
  skip: mounted === undefined && NEEDS_ROOT,
}, async (t) => {
  const disk = mounted as SmallDisk;
  t.teardown(() => disk.close());
  const state = join(disk.path, 'state');
  await mkdir(join(state, 'cache'), { recursive: true });
  const journal = new ClassicLevel(join(state, 'journal'));
  await journal.open();
  await journal.close();
  const before = await readdir(state);
  await run('mount', ['-o', 'remount,ro', disk.path]);
  const configuration = join(t.testdir(), 'agent.toml');
  const root = await makeKey('root');
  await writeFile(
    configuration,
    configurationFile({
      centre: 'vinh-phuc',
      root: root.publicKey,
      station: 'dai-dong',
      name: 'Đài Đại Đồng',
      groups: [],
      languages: ['vi'],
      zones: [{ id: 'thon-1', name: 'Thôn 1' }],
      state,
      brokerUrl: 'mqtt://127.0.0.1:1',
      line: 'tcp://127.0.0.1:1',
      player: 'aplay',
    }),
  );
  await t.rejects(run(process.execPath, [program, 'run', '--config', configuration]), {
    code: 1,
    stderr: /thiếu khóa của đài.*station-key\.json/,
  });
  t.same(await readdir(state), before);
  t.same(await foundMemoryFolders(state), []);
});
