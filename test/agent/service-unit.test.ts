import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { test } from 'tap';
import { give } from '../../agent/service/hand-over.ts';
import { installService, removeService, serviceState, serviceUnit } from '../../agent/service/install.ts';
import type { ServiceError } from '../../agent/service/service-error.ts';
import { type System, thisSystem, UNIT } from '../../agent/service/system.ts';
import { unitText } from '../../agent/service/unit.ts';

const skip = existsSync('/usr/bin/systemd-analyze') ? false : 'systemd-analyze is not installed';
const root = process.getuid?.() === 0;

async function station(folder: string, changes: object = {}): Promise<string> {
  const config = join(folder, 'agent.toml');
  const table = {
    centre: 'vinh-phuc',
    station: 'dai-dong',
    name: 'Đài Đại Đồng 100%',
    state: join(folder, 'state'),
    link: { url: 'mqtt://127.0.0.1:1883' },
    trust: { root: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
    hardware: { driver: 'none' },
    zones: [{ id: 'thon-1', name: 'Thôn 1' }],
    audio: { sink: 'alsa' },
    ...changes,
  };
  await writeFile(config, stringify(table));
  return config;
}

/** A machine that remembers what was asked of it. */
function machine(folder: string, changes: Partial<System> = {}): System & { readonly asked: string[] } {
  const asked: string[] = [];
  const ids: Readonly<Record<string, string>> = { 'id -u loa': '12345', 'id -g loa': '12345' };
  return {
    asked,
    run: async (program, ...args) => {
      const words = [program, ...args].join(' ');
      asked.push(words);
      return { code: 0, stdout: ids[words] ?? '', stderr: '' };
    },
    isRoot: true,
    hasSystemd: true,
    unitFile: join(folder, UNIT),
    ...changes,
  };
}

const program = process.execPath;

test('the unit is one that systemd takes, and leaves little open', { skip }, async (t) => {
  const folder = t.testdir();
  const text = await serviceUnit({ config: await station(folder), program });
  t.match(text, /^Description=Loa: Đài Đại Đồng 100%%$/m);
  t.match(text, new RegExp(`^ReadWritePaths=${join(folder, 'state')}$`, 'm'));
  t.notMatch(text, /^RemoveIPC/m, '[P-94] what is kept in /dev/shm outlives a restart');
  const unit = join(folder, UNIT);
  await writeFile(unit, text);
  await mkdir(join(folder, 'state'));
  const analyze = (...args: readonly string[]) =>
    new Promise<string>((resolve) => {
      execFile('systemd-analyze', [...args, unit], { env: { ...process.env, LC_ALL: 'C' } }, (_, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
  // It speaks of every unit of this machine that ours has to do with.
  t.same(
    (await analyze('verify', '--man=no')).split('\n').filter((line) => line.includes(UNIT)),
    [],
  );
  const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(await analyze('security', '--offline=true')) ?? [];
  t.ok(Number(exposure) < 2, `exposure ${exposure}`);
});

test('names that mean something to systemd', (t) => {
  const text = unitText({
    configuration: { name: '50% \\', state: '/var/lib/loa', audio: { sink: 'alsa', player: [], device: '' } },
    config: '/etc/loa/my "own" $HOME.toml',
    command: ['/usr/bin/node', '/opt/loa agent/main.js'],
    groups: ['audio'],
  });
  t.match(text, /^Description=Loa: 50%% \/$/m);
  t.match(
    text,
    '\nExecStart=/usr/bin/node "/opt/loa agent/main.js" run --config "/etc/loa/my \\"own\\" $$HOME.toml"\n',
  );
  t.match(text, '\nStateDirectory=loa\nStateDirectoryMode=0700\n');
  t.end();
});

test('installing', { skip: !root && 'needs root, to hand files over' }, async (t) => {
  const folder = t.testdir();
  const config = await station(folder);
  const key = join(folder, 'state', 'station-key.json');
  await mkdir(join(folder, 'state'));
  await writeFile(key, '{}');
  await chmod(key, 0o644);
  await writeFile(join(folder, 'of-root'), '');
  await symlink(join(folder, 'of-root'), join(folder, 'state', 'trap'));
  const system = machine(folder);
  t.same(await installService({ config, system, program }), { unit: system.unitFile, started: true });
  t.same(
    system.asked.filter((words) => words.startsWith('systemctl')),
    ['systemctl daemon-reload', `systemctl enable ${UNIT}`, `systemctl restart ${UNIT}`],
  );
  t.match(await readFile(system.unitFile, 'utf8'), /^Type=notify$/m);
  t.match(await stat(key), { uid: 12345, gid: 12345, mode: 0o100600 });
  t.match(
    await stat(config),
    { uid: 0, gid: 12345, mode: 0o100640 },
    'what root goes by is not the service’s to change',
  );
  t.match(await stat(join(folder, 'state')), { uid: 12345, mode: 0o40700 });
  t.equal((await stat(join(folder, 'of-root'))).uid, 0, 'no link is followed');

  const bare = machine(folder, { hasSystemd: false });
  t.same(await installService({ config, system: bare, program }), { unit: bare.unitFile, started: false });
  t.notOk(bare.asked.some((words) => words.startsWith('systemctl')));

  await removeService(system);
  t.notOk((await serviceState(system)).installed);
});

/** Lays, again and again, a link to `victim` where `folder` was, until it is ended. */
const SWAPPER = `
  const { renameSync, symlinkSync, writeSync } = require('node:fs');
  const [folder, victim] = process.argv.slice(1);
  symlinkSync(victim, folder + '.link');
  writeSync(1, 'ready');
  for (;;) {
    renameSync(folder, folder + '.kept');
    renameSync(folder + '.link', folder);
    renameSync(folder, folder + '.link');
    renameSync(folder + '.kept', folder);
  }`;
const NOBODY = { uid: 65_534, gid: 65_534 };
const HANDINGS = 400;

test('handing over', { skip: !root && 'needs root, to hand files over' }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-hand-over-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const [state, victim] = [join(folder, 'state'), join(folder, 'victim')];
  const cache = join(state, 'cache');
  for (const made of [state, cache, victim]) await mkdir(made);
  await writeFile(join(victim, 'shadow'), '', { mode: 0o640 });
  const untouched = async () => {
    t.match(await stat(victim), { uid: 0, mode: 0o40755 });
    t.match(await stat(join(victim, 'shadow')), { uid: 0, gid: 0, mode: 0o100640 });
  };

  await t.test('follows no link, however deep', async () => {
    await mkdir(join(cache, 'deep'));
    await symlink(victim, join(cache, 'deep', 'trap'));
    await symlink(join(victim, 'shadow'), join(cache, 'trap'));
    await give(state, NOBODY);
    t.match(await stat(join(cache, 'deep')), { uid: NOBODY.uid, mode: 0o40700 });
    await untouched();
  });

  await t.test('nor one that the service lays meanwhile', async () => {
    await chown(state, NOBODY.uid, NOBODY.gid);
    const swapper = spawn(process.execPath, ['-e', SWAPPER, cache, victim], {
      ...NOBODY,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(swapper, 'exit');
    await once(swapper.stdout, 'data');
    for (let times = 0; times < HANDINGS; times += 1) await give(state, NOBODY);
    t.ok(swapper.kill('SIGKILL'), 'it swapped to the end');
    await ended;
    await untouched();
  });
});

test('what keeps a service from being installed is said', async (t) => {
  const folder = t.testdir();
  const config = await station(folder);
  const refused = (code: string) => ({ name: 'ServiceError', code }) as unknown as ServiceError;
  await t.rejects(installService({ config, system: machine(folder, { isRoot: false }), program }), refused('not-root'));
  const failing: System['run'] = async (name, ...args) => {
    const stdout = name === 'journalctl' ? 'error cannot start' : '1';
    return { code: args[0] === 'restart' ? 1 : 0, stdout, stderr: '' };
  };
  if (root) {
    const error = await installService({ config, system: machine(folder, { run: failing }), program }).catch((e) => e);
    t.match(error, refused('not-started'));
    t.equal(error.message, 'error cannot start');
  }
  await station(folder, { state: '/home/pi/loa' });
  await t.rejects(installService({ config, system: machine(folder), program }), refused('in-home'));
  t.equal((await thisSystem().run('/nonexistent')).code, 127);
});
