import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Spawn, t } from 'tap';
import { printFile, printSummary } from './summary.ts';

/**
 * Runs the compiled tests: `node dist/test/run.js [test/protocol test/agent/*.test.ts …]`. It is tap's own engine
 * without tap's command line, which loads a TypeScript compiler into every test's process and needs two seconds
 * before the first.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const root = join(folder, '../..');
/** Only so that a test that hangs ends: a busy machine may well take ten times as long as an idle one. */
const timeout = 600_000;
const jobs = 2;

/** What a pattern and a file are compared by: `test/protocol/order`, whatever of dist/ and endings was typed. */
const plain = (name: string): string => name.replace(/^(?:\.\/)?(?:dist\/)?/, '').replace(/(?:\.test)?\.[jt]s$/, '');

/** The test files under a folder or a name that may hold `*`; all of them without any pattern. */
function selectFiles(patterns: readonly string[]): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join('test', name))
    .sort();
  if (patterns.length === 0) return files;
  const wanted = patterns.map((pattern) => {
    const parts = plain(pattern.replace(/\/$/, '')).split('*');
    const escaped = parts.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${escaped.join('[^/]*')}(?:/|$)`);
  });
  return files.filter((file) => wanted.some((pattern) => pattern.test(plain(file))));
}

const patterns = process.argv.slice(2);
const files = selectFiles(patterns);
if (files.length === 0) {
  process.stderr.write(`no test matches ${patterns.join(' ')}\n`);
  process.exit(1);
}

// Registered and flowing before the first test, else tap would print its raw protocol.
t.register();
t.resume();
t.setTimeout(0);
t.jobs = jobs;
// Tests choose the language of what they start; whoever runs them may have chosen another.
const { LOA_LANG: _, ...environment } = process.env;
const env = { ...environment, TAP_TIMEOUT: String(timeout / 1000) };
const stderr = new Map<string, Buffer[]>();
t.on('spawn', (test: Spawn) => {
  const chunks: Buffer[] = [];
  stderr.set(test.name, chunks);
  test.on('process', (program) => program.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk)));
});
const runs = files.map(async (file) => {
  const options = { buffered: jobs > 1, cwd: root, env, timeout, stdio: 'pipe' as const };
  const name = plain(file);
  const run = t.spawn(process.execPath, ['--enable-source-maps', join('dist', file)], options, name);
  await run;
  if (run.subtest) printFile(name, run.subtest, Buffer.concat(stderr.get(name) ?? []).toString());
});
await Promise.all(runs);
t.end();

const skipsFail = process.env.CI === 'true' && t.counts.skip + t.counts.todo > 0;
if (skipsFail) console.log('CI=true: here a skipped test is a failure');
printSummary(t);
if (!t.passing() || skipsFail) process.exitCode = 1;
