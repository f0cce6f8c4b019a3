import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import { temporaryDirectory } from './helpers.ts';

const PROGRAM = fileURLToPath(new URL('../../simulator/main.js', import.meta.url));
const run = promisify(execFile);

/** Command lines of the processes that work in a folder. */
const processesIn = (directory: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(directory));

test('the demo tells its story, and every outcome is the expected one', async (t) => {
  const directory = join(await temporaryDirectory(t), 'demo');
  const { stdout, stderr } = await run(process.execPath, [PROGRAM, 'demo', '--json', '--directory', directory]);
  const result = JSON.parse(stdout);
  t.match(result, {
    right: true,
    rows: [
      { station: 'dai-dong', kind: 'routine', outcome: 'preempted', problems: [] },
      { station: 'dai-dong', kind: 'emergency', outcome: 'aired', silent: ['thon-2', 'cho'], problems: [] },
      { station: 'dao-tru', kind: 'routine', outcome: 'aired', grade: 'sounded', problems: [] },
      { station: 'dao-tru', kind: 'forged', outcome: 'rejected', refusal: 'bad-signature', zones: [], problems: [] },
      { station: 'tam-quan', kind: 'routine', outcome: 'aired', problems: [] },
    ],
  });
  t.match(stderr, /Mọi lệnh đều có kết quả đúng như mong đợi/);
  t.same(processesIn(directory), []);
});

test('interrupted, it stops everything it has started', async (t) => {
  const directory = join(await temporaryDirectory(t), 'demo');
  const demo = spawn(process.execPath, [PROGRAM, 'demo', '--lang', 'en', '--directory', directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => demo.kill('SIGKILL'));
  const closed = once(demo, 'close');
  let told = '';
  for await (const chunk of demo.stdout) {
    const before = told;
    told += chunk;
    if (/online\./.test(told) && !/online\./.test(before)) demo.kill('SIGINT');
  }
  t.same(await closed, [130, null]);
  t.match(told, /Stopped as asked/);
  t.same(processesIn(directory), []);
});

test('a folder that holds something is left alone', async (t) => {
  const directory = await temporaryDirectory(t);
  await run('touch', [join(directory, 'precious')]);
  await t.rejects(run(process.execPath, [PROGRAM, 'demo', '--lang', 'en', '--directory', directory]), {
    code: 1,
    stdout: /is not empty/,
  });
});

test('a mistake on the command line is told in words, without a stack', async (t) => {
  await t.rejects(run(process.execPath, [PROGRAM, 'demo', '--loud']), {
    code: 2,
    stderr: /^Dòng lệnh chưa đúng: không có tùy chọn --loud\.\nThêm --help để xem cách dùng\.\n$/,
  });
  const { stdout } = await run(process.execPath, [PROGRAM, 'station', '--help', '--lang', 'en']);
  t.match(stdout, /Usage: loa-sim station/);
});
