import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'tap';
import { root } from './protocol-files.ts';

/** What `npm run check` runs, one by one, so that a change that breaks it fails here too. */
const checks: readonly (readonly [string, ...string[]])[] = [
  ['typescript/bin/tsc', '--noEmit', '-p', '.'],
  ['@biomejs/biome/bin/biome', 'ci', '--colors=off'],
  [
    'dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.mjs',
    'agent',
    'broker',
    'protocol',
    'simulator',
    'test',
  ],
];

for (const [program, ...args] of checks) {
  test(`${program} ${args.join(' ')}`, async (t) => {
    const child = spawn(process.execPath, [`node_modules/${program}`, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = await closed;
    if (code !== 0) process.stderr.write(`${stdout}\n${stderr}\n`);
    t.equal(code, 0);
  });
}
