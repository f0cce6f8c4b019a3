import { execFile } from 'node:child_process';
import { chown, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { Story } from '../support/story.ts';
import { root } from './protocol-files.ts';

const run = promisify(execFile);

/** The archive, made anew and unpacked where there is nothing else. */
async function unpacked(t: Test): Promise<string> {
  await run(process.execPath, ['simulator/setup/bundle.mjs'], { cwd: root });
  const [archive = ''] = (await readdir(join(root, 'dist/bundle'))).filter((name) => name.endsWith('.tar.gz'));
  const folder = await mkdtemp(join(tmpdir(), 'loa-bundle-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await run('tar', ['-xzf', join(root, 'dist/bundle', archive), '-C', folder]);
  return join(folder, archive.replace('.tar.gz', ''));
}

test('the bundled agent in an empty folder', async (t) => {
  const folder = await unpacked(t);
  const program = join(folder, 'agent', 'main.js');
  const agent = (...args: readonly string[]) =>
    run(program, args, { cwd: folder }).catch((error: { stdout: string; stderr: string; code: number }) => error);

  t.match(await agent('--version'), { stdout: /^loa-agent \d+\.\d+\.\d+\n$/ });
  for (const platform of ['linux-x64', 'linux-arm', 'linux-arm64']) {
    for (const name of ['classic-level', '@serialport+bindings-cpp']) {
      const parts = await readdir(join(folder, 'native', name, 'prebuilds', platform));
      t.ok(
        parts.some((part) => part.endsWith('.node')),
        `${name} for ${platform}`,
      );
    }
  }
  const bill = JSON.parse(await readFile(join(folder, 'sbom.cdx.json'), 'utf8'));
  t.match(bill, { bomFormat: 'CycloneDX', metadata: { component: { name: 'loa-agent' } } });
  const names: readonly string[] = bill.components.map(({ name }: { name: string }) => name);
  for (const name of ['mqtt', 'jose', 'classic-level', '@serialport/bindings-cpp']) t.ok(names.includes(name), name);
  t.notOk(names.includes('aedes'), 'the bill names what is inside');
  t.match(await readFile(join(folder, 'LICENCES.md'), 'utf8'), /^## mqtt /m);

  const story = await Story.begin();
  t.teardown(() => story.close());
  const places = await mkdtemp(join(tmpdir(), 'loa-cache-'));
  t.teardown(() => rm(places, { recursive: true, force: true }));

  await t.test('enrols by what is loaded only then', async (t) => {
    const plan = { station: 'dao-tru', name: 'Đài Đạo Trù', zones: [{ id: 'loa', name: 'Loa' }] };
    const { codes } = (await story.post('/api/stations', { stations: [plan] })) as { codes: { code: string }[] };
    const where = [
      '--config',
      join(places, 'agent.toml'),
      '--state',
      join(places, 'state'),
      '--line',
      'tcp://127.0.0.1:1',
    ];
    const code = codes[0]?.code ?? '';
    const enrolled = await agent('enrol', '--centre', story.centre.httpUrl, '--code', code, ...where, '--json');
    t.match(JSON.parse(enrolled.stdout), { station: 'dao-tru' });
    const doctor = await agent('doctor', '--config', join(places, 'agent.toml'), '--json');
    t.match(doctor.stdout, /"broker\/good"/);
  });

  await t.test('airs over a serial line, and keeps what V8 compiled for the next start', async (t) => {
    const environment = { CACHE_DIRECTORY: places };
    const station = await story.station({ station: 'dai-dong', program, environment });
    const programme = await story.programme(2);
    t.match(await story.outcome(await story.order(programme, { to: { stations: ['dai-dong'] } }), 'dai-dong'), {
      outcome: 'aired',
    });
    t.ok((await story.heard(station, 'thon-1', programme)) > 0.95);
    await station.agent.stop();
    const kept = (await readdir(places)).filter((name) => name.startsWith('agent-'));
    t.equal(kept.length, 1);
    const file = join(places, kept[0] ?? '');
    const { ino, size } = await stat(file);
    t.ok(size > 100_000);

    const again = async () => {
      station.agent.start();
      await station.agent.online();
      await station.agent.stop();
      return (await stat(file)).ino;
    };
    t.equal(await again(), ino, 'it was taken, and not made anew');
    if (process.getuid?.() !== 0) return;
    await chown(file, 12345, 12345);
    t.not(await again(), ino, 'what somebody else wrote is not run');
  });
});
