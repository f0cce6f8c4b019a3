import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { Storage } from '../../agent/book/storage.ts';
import { bundle } from '../../agent/doctor/bundle.ts';
import { doctorCommand } from '../../agent/doctor/command.ts';
import { examine } from '../../agent/doctor/examine.ts';
import { exitCode, type FindingCode, findings, levelOf } from '../../agent/doctor/finding.ts';
import { doctorWords } from '../../agent/doctor/screen.ts';
import { withoutSecrets } from '../../agent/doctor/without-secrets.ts';
import { silentLog } from '../../agent/log.ts';
import { give } from '../../agent/service/hand-over.ts';
import { type System, thisSystem } from '../../agent/service/system.ts';
import { Trouble } from '../support/trouble.ts';
import { until } from '../support/until.ts';

/** This machine, but for its systemd and its log. */
const machine = (log = ''): System => {
  const real = thisSystem();
  return {
    ...real,
    hasSystemd: false,
    unitFile: '/nonexistent/loa-agent.service',
    run: async (program, ...args) =>
      program === 'journalctl' ? { code: 0, stdout: log, stderr: '' } : real.run(program, ...args),
  };
};

const codes = async (config: string): Promise<readonly FindingCode[]> =>
  (await examine(config, machine())).findings.map(({ code }) => code);

test('every finding is told in both languages, with what to do about it', (t) => {
  for (const language of ['vi', 'en'] as const) {
    const { of } = doctorWords(language);
    for (const [code, level] of Object.entries(findings)) {
      const [found, fix] = of[code as FindingCode];
      t.ok(found.length > 0 && (level === 'good') === (fix === undefined), `${language} ${code}`);
    }
  }
  t.equal(exitCode([]), 0);
  t.equal(exitCode([{ code: 'card/good', detail: '' }]), 0);
  t.equal(exitCode([{ code: 'card/small', detail: '' }]), 1);
  t.equal(
    exitCode([
      { code: 'card/small', detail: '' },
      { code: 'card/full', detail: '' },
    ]),
    2,
  );
  t.end();
});

const good: readonly FindingCode[] = [
  'controller/good',
  'sound/good',
  'certificate/good',
  'link/good',
  'broker/good',
  'keys/good',
  'journal/good',
];

test('a station that runs is asked, one that does not is examined', async (t) => {
  const trouble = await Trouble.begin(t, { transport: 'pty' });
  const { configuration, agent, controller } = trouble.station;
  const found = async (wanted: FindingCode) => {
    await until(wanted, async () => (await codes(configuration)).includes(wanted));
  };
  await found('controller/good');
  const running = await codes(configuration);
  for (const code of good) t.ok(running.includes(code), code);
  t.ok(running.includes('files/open'), 'the simulator leaves its configuration open');
  t.equal(agent.child?.running, true);
  const status = await promisify(execFile)(process.execPath, [
    'dist/agent/main.js',
    'status',
    '--json',
    '--config',
    configuration,
  ]);
  t.match(JSON.parse(status.stdout), { link: 'up', line: { state: 'up' }, keys: 1 });

  const programme = await trouble.programme(3);
  const hearing = await trouble.listen();
  const order = await trouble.order(programme);
  await hearing.started();
  await codes(configuration);
  t.match(await trouble.outcome(order), { outcome: 'aired' }, 'what is on air is not disturbed');

  await agent.stop();
  const stopped = await codes(configuration);
  for (const code of good) t.ok(stopped.includes(code), `${code}, without the agent`);
  const config = join(configuration, '..', 'plain.toml');
  await writeFile(config, (await readFile(configuration, 'utf8')).replace('mqtts:', 'mqtt:'));
  const { code, text } = await doctorCommand({ config, json: false, bundle: undefined, language: 'vi' });
  t.match(text, /^XEM {2,}Kết nối không có TLS/m);
  t.ok(code > 0);

  await controller.close();
  await found('controller/silent');
  await trouble.centre.close();
  await found('link/no-answer');
  agent.start();
  await agent.child?.line((line) => (/alarm name="controller"/.test(line) ? true : undefined), 60_000);
  const { findings: told } = await examine(configuration, machine());
  t.ok(told.some(({ code, detail }) => code === 'alarm/critical' && detail.startsWith('controller: ')));
  t.equal(exitCode(told), 2);
});

test('what is broken is named', async (t) => {
  const folder = t.testdir({ state: { journal: { CURRENT: 'MANIFEST-000001\n', 'MANIFEST-000001': 'no manifest' } } });
  const config = join(folder, 'agent.toml');
  await writeFile(config, 'centre = 1');
  t.match(await codes(config), ['configuration/bad']);
  await writeFile(
    config,
    `centre = "vinh-phuc"
station = "dai-dong"
name = "Đài Đại Đồng"
state = "${join(folder, 'state')}"
link = { url = "mqtts://nowhere.invalid:8883", certificate = "${join(folder, 'no-certificate.pem')}" }
trust = { root = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }
hardware = { driver = "sc1", line = "tcp://127.0.0.1:1" }
zones = [{ id = "thon-1", name = "Thôn 1", relay = 1 }]
audio = { sink = "alsa", player = ["/nonexistent"], ffmpeg = "/nonexistent" }
`,
  );
  const found = await codes(config);
  const expected = [
    ...['files/missing', 'files/open', 'journal/damaged', 'controller/silent', 'decoder/missing', 'sound/failed'],
    ...['certificate/not-ours', 'link/no-name', 'media/failed', 'service/no-systemd'],
  ] as FindingCode[];
  for (const code of expected) t.ok(found.includes(code), code);
  t.ok((await examine(config, machine())).findings.every((finding) => levelOf(finding) !== undefined));
});

test('a bundle holds no key, no code and no token', async (t) => {
  const trouble = await Trouble.begin(t);
  const { configuration } = trouble.station;
  const state = join(configuration, '..', 'state');
  const jwk = JSON.parse(await readFile(join(state, 'station-key.json'), 'utf8')) as { d: string };
  const code = 'HFD1-TVQH-1CDD-F31B-731P-MSC9';
  const token = `eyJ${randomBytes(30).toString('base64url')}.${randomBytes(60).toString('base64url')}.${randomBytes(64).toString('base64url')}`;
  const pem = `-----BEGIN PRIVATE KEY-----\n${randomBytes(48).toString('base64')}\n-----END PRIVATE KEY-----`;
  const secrets = [jwk.d, code, token, pem.split('\n')[1] ?? '', 'hunter2'];
  const log = [
    `info enrolled code="${code}" key=${JSON.stringify(jwk)}`,
    `debug received ${token}`,
    pem,
    'Authorization: Bearer hunter2',
    'warn link-error url="mqtts://loa:hunter2@centre:8883"',
    'info online station="dai-dong"',
  ].join('\n');
  for (const secret of secrets) t.notOk(withoutSecrets(log).includes(secret));

  const folder = await mkdtemp(join(tmpdir(), 'loa-doctor-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'bundle.tar.gz');
  const system = machine(log);
  await bundle(file, await examine(configuration, system), configuration);
  t.equal((await stat(file)).mode & 0o777, 0o600);
  const { stdout } = await promisify(execFile)('tar', ['-xzOf', file], { maxBuffer: 64 * 1_048_576 });
  for (const secret of secrets) t.notOk(stdout.includes(secret));
  for (const wanted of ['info online station', 'centre = "vinh-phuc"', '"controller/good"', '"waitingReports"']) {
    t.ok(stdout.includes(wanted), wanted);
  }
});

test('a link in the state folder brings no other file into a bundle, and none is written through one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-doctor-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const [state, secret] = [join(folder, 'state'), join(folder, 'shadow')];
  const journal = join(state, 'journal');
  await writeFile(secret, 'root:hunter2:19000', { mode: 0o600 });
  const made = await Storage.open({ directory: journal, log: silentLog });
  await made.close();
  // As LevelDB names the next file that it makes there.
  for (const number of [3, 4, 5, 6]) await symlink(secret, join(journal, `MANIFEST-00000${number}`));
  await symlink(secret, join(state, 'certificate.pem'));
  const config = join(folder, 'agent.toml');
  await writeFile(
    config,
    `centre = "vinh-phuc"
station = "dai-dong"
name = "Đài Đại Đồng"
state = "${state}"
link = { url = "mqtts://nowhere.invalid:8883", certificate = "${join(state, 'certificate.pem')}" }
trust = { root = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }
hardware = { driver = "none" }
zones = [{ id = "thon-1", name = "Thôn 1" }]
audio = { sink = "wav", directory = "${folder}" }
`,
  );
  const root = process.getuid?.() === 0;
  if (root) await give(state, { uid: 65_534, gid: 65_534 });
  const file = join(folder, 'bundle.tar.gz');
  const examined = await examine(config, machine());
  await bundle(file, examined, config);
  const { stdout } = await promisify(execFile)('tar', ['-xzOf', file]);
  t.notMatch(stdout, /hunter2/);
  t.match(stdout, /ELOOP/);
  // The configuration is the service's own.
  await writeFile(config, (await readFile(config, 'utf8')).replace(join(state, 'certificate.pem'), secret));
  await bundle(file, await examine(config, machine()), config);
  t.notMatch((await promisify(execFile)('tar', ['-xzOf', file])).stdout, /hunter2/);
  await t.test('as root', { skip: !root && 'needs root, whom the service could trick' }, async (t) => {
    t.match(
      examined.findings.find(({ code }) => code.startsWith('journal/')),
      { code: 'journal/failed' },
    );
    t.equal(await readFile(secret, 'utf8'), 'root:hunter2:19000');
    t.equal(process.geteuid?.(), 0);
    await rm(journal, { recursive: true });
    await mkdir(journal);
    await chown(journal, 65_534, 65_534);
    const { findings } = await examine(config, machine());
    t.match(
      findings.find(({ code }) => code.startsWith('journal/')),
      { code: 'journal/good' },
    );
    for (const name of await readdir(journal)) t.equal((await stat(join(journal, name))).uid, 65_534, name);
  });
});
