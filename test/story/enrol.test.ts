import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify, type TomlTable } from 'smol-toml';
import { test } from 'tap';
import { loadConfiguration } from '../../agent/configuration/load.ts';
import { isCertificateOf } from '../../agent/enrol/certificate.ts';
import type { Enrolled } from '../../agent/enrol/enrol.ts';
import { knownIdentity } from '../../agent/enrol/identity.ts';
import { openStationKey } from '../../agent/report/station-key.ts';
import { boardZones } from '../support/board.ts';
import { Story } from '../support/story.ts';

const program = fileURLToPath(new URL('../../agent/main.js', import.meta.url));

/** `loa-agent enrol`, as a technician types it. */
const enrol = (...flags: readonly string[]) =>
  new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    execFile(process.execPath, [program, 'enrol', ...flags], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

test('enrolling a board that has a configuration brings it in line, and leaves the rest', async (t) => {
  const story = await Story.begin();
  t.teardown(() => story.close());
  const other = await Story.begin();
  t.teardown(() => other.close());
  const [config, state] = [join(story.folder, 'agent.toml'), join(story.folder, 'board', 'state')];
  const own = {
    hardware: { driver: 'sc1', line: 'tcp://127.0.0.1:1' },
    zones: [{ id: 'ben-pha', name: 'Bến phà', relay: 3, tags: ['boats'] }],
    audio: { sink: 'alsa', device: 'plughw:1' },
    policy: { dailyMinutes: 30 },
  };
  await writeFile(
    config,
    stringify({
      ...{ centre: 'vinh-phuc', station: 'dai-dong', name: 'Đài của tôi', groups: ['mine'], state, ...own },
      ...{ link: { url: 'mqtts://nowhere.invalid:8883' }, trust: { root: 'A'.repeat(43) } },
    }),
  );
  const table = async (): Promise<TomlTable> => parse(await readFile(config, 'utf8'));
  const isConsistent = async () => {
    const { link, state } = await loadConfiguration(config);
    const { publicKey } = await openStationKey(state, 'station');
    return isCertificateOf(await readFile(link.certificate ?? '', 'utf8'), publicKey);
  };
  const enrolAt = async ({ centre }: Story, code: string, ...flags: readonly string[]) =>
    enrol('--centre', centre.httpUrl, '--code', code, '--config', config, '--json', ...flags);

  await t.test('its state folder is the one that it names; what was prepared for the code is filled in', async (t) => {
    const { code, stdout, stderr } = await enrolAt(story, await story.code('dai-dong', boardZones));
    t.equal(code, 0, stderr);
    const { changes } = JSON.parse(stdout) as Enrolled;
    t.same(
      changes.map(({ key }) => key),
      ['languages', 'link.url', 'link.certificate', 'trust.root', 'trust.authority'],
    );
    t.match(await table(), { ...own, state, name: 'Đài của tôi', groups: ['mine'], trust: { root: story.root } });
    t.ok(await isConsistent());
  });

  await t.test('the same station again: nothing is touched', async (t) => {
    const before = await readFile(config, 'utf8');
    const { stdout } = await enrolAt(story, await story.code('dai-dong', boardZones));
    t.match(JSON.parse(stdout), { kept: true, changes: [] });
    t.equal(await readFile(config, 'utf8'), before);
    t.ok(await isConsistent());
  });

  await t.test('another station, and said so', async (t) => {
    const flags = ['--centre', story.centre.httpUrl, '--code', await story.code('dao-tru', boardZones)];
    const { code, stdout } = await enrol(...flags, '--config', config);
    t.equal(code, 0);
    t.match(stdout, /Đã sửa trong tệp .*\n {2}station: dai-dong → dao-tru\n {2}name: Đài của tôi → Đài dao-tru\n/);
    t.match(await table(), { ...own, station: 'dao-tru', groups: [] });
  });

  await t.test('another centre, and another state folder', async (t) => {
    const elsewhere = join(story.folder, 'elsewhere');
    const old = await readFile(join(state, 'certificate.pem'));
    const code = await other.code('dao-tru', boardZones);
    t.equal((await enrolAt(other, code, '--state', elsewhere)).code, 0);
    t.match(await table(), {
      ...{ ...own, state: elsewhere, link: { url: other.centre.mqttUrl }, trust: { root: other.root } },
    });
    t.ok(await isConsistent());
    const certificate = join(elsewhere, 'certificate.pem');
    const given = await readFile(certificate, 'utf8');
    await writeFile(certificate, old);
    await knownIdentity(elsewhere);
    t.equal(await readFile(certificate, 'utf8'), given, 'cut short, it is finished, whatever lay there before');
  });

  await t.test('one that no enrolment mends is refused before the code is used', async (t) => {
    const code = await story.code('tam-dao', boardZones);
    const good = await readFile(config, 'utf8');
    const folder = join(story.folder, 'unused');
    await mkdir(folder);
    for (const bad of ['station = ', stringify({ ...parse(good), zones: [] })]) {
      await writeFile(config, bad);
      const { code: exit, stderr } = await enrolAt(story, code, '--state', join(folder, 'state'));
      t.equal(exit, 1);
      t.match(stderr, /Không dùng được tệp cấu hình/);
      t.equal(await readFile(config, 'utf8'), bad);
    }
    t.notOk(existsSync(join(folder, 'state')));
    await writeFile(config, good);
    t.equal((await enrolAt(story, code)).code, 0, 'the code works still');
  });
});
