import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify, type TomlTable } from 'smol-toml';
import { type Test, test } from 'tap';
import { ConfigurationError, loadConfiguration } from '../../agent/configuration/load.ts';

const whole = `
centre = "vinh-phuc"
station = "dai-dong"
name = "Đài truyền thanh xã Đại Đồng"
state = "/var/lib/loa"
[link]
url = "mqtt://127.0.0.1:1883"
[trust]
root = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
[hardware]
driver = "sc1"
line = "serial:/dev/ttyUSB0"
[[zones]]
id = "thon-1"
name = "Thôn 1"
relay = 1
[[zones]]
id = "thon-2"
name = "Thôn 2"
relay = 2
[audio]
sink = "alsa"
`;

async function load(t: Test, text: string) {
  const file = join(t.testdir({}), 'agent.toml');
  await writeFile(file, text);
  return loadConfiguration(file);
}

async function problemsOf(t: Test, text: string): Promise<readonly string[]> {
  try {
    await load(t, text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ path, problem }) => `${path}: ${problem}`);
  }
}

/** The whole configuration with one key set (or, with undefined, taken out); `zones.1.relay` reaches into lists. */
function changed(path: string, value: unknown): string {
  const table = parse(whole);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = table as Record<string, unknown>;
  for (const key of keys) {
    at[key] ??= {};
    at = at[key] as Record<string, unknown>;
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
  return stringify(table as TomlTable);
}

test('a configuration as a technician writes it, with what it leaves out', async (t) => {
  t.match(await load(t, whole), {
    languages: ['vi'],
    hardware: { baud: 115_200 },
    amplifier: { settleMs: 500 },
    audio: { player: ['aplay'], device: 'default' },
    cache: { limitMB: 1_024 },
  });
});

test('every mistake is named by its key, with what to do', async (t) => {
  const mistakes: [string, unknown, RegExp][] = [
    ['centre', undefined, /^centre: /],
    ['centre', 'Vĩnh Phúc', /^centre: .*lower-case/],
    ['station', 7, /^station: must be text/],
    ['name', '', /^name: must not be blank/],
    ['state', '', /^state: must not be empty/],
    ['statte', 'x', /^statte: /],
    ['link.url', 'http://127.0.0.1', /^link\.url: must be like mqtts:/],
    ['link', undefined, /^link/],
    ['trust.root', 'secret', /^trust\.root: must be an Ed25519 public key/],
    ['hardware.driver', 'sc2', /^hardware\.driver: must be sc1 or none/],
    ['hardware.line', undefined, /^hardware: .*needs a line/],
    ['hardware.line', '/dev/ttyUSB0', /^hardware\.line: must be serial:/],
    ['hardware.baud', 12, /^hardware\.baud: at least 1200/],
    ['zones', [], /^zones: at least one/],
    ['zones.1.relay', undefined, /^zones: .*relay for every zone/],
    ['zones.1.relay', 1, /^zones: .*same relay/],
    ['zones.1.relay', 0, /^zones\.1\.relay: at least 1/],
    ['zones.1.id', 'thon-1', /^zones: .*same id/],
    ['zones.1.tag', 'x', /^zones\.1\.tag: /],
    ['amplifier.settleMs', 60_000, /^amplifier\.settleMs: at most 10000/],
    ['audio.sink', 'pulse', /^audio\.sink: must be alsa or wav/],
    ['audio.sink', 'wav', /^audio: .*needs a directory/],
    ['audio.player', [], /^audio\.player: /],
    ['cache.limitMB', 1, /^cache\.limitMB: at least 16/],
    ['languages', ['vietnamese'], /^languages\.0: must be a language tag/],
  ];
  for (const [path, value, expected] of mistakes) {
    const problems = await problemsOf(t, changed(path, value));
    t.equal(problems.length, 1, `${path}: one problem, not ${problems.join(' | ')}`);
    t.match(problems[0], expected, path);
  }
});

test('several mistakes are told at once', async (t) => {
  const text = changed('centre', 'X').replace('mqtt://127.0.0.1:1883', 'nowhere').replace('"alsa"', '"pulse"');
  t.same(
    (await problemsOf(t, text)).map((problem) => problem.split(':')[0]),
    ['centre', 'link.url', 'audio.sink'],
  );
});

test('a file that is not there, and one that is no TOML', async (t) => {
  const missing = await loadConfiguration('/nowhere/agent.toml').catch((error: unknown) => error);
  t.match(missing, { problems: [{ problem: /cannot be read/ }] });
  t.match(await problemsOf(t, 'centre = "x\nstation ='), [/^line 1, .*: is not valid TOML/]);
});
