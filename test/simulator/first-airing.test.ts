import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'tap';
import { temporaryDirectory } from './helpers.ts';

const PROGRAM = fileURLToPath(new URL('../../simulator/main.js', import.meta.url));
const run = promisify(execFile);

test('loa-sim first-airing takes an empty board to its first airing, and hears it', async (t) => {
  const directory = await temporaryDirectory(t);
  const { stdout } = await run(process.execPath, [PROGRAM, 'first-airing', '--directory', directory, '--lang', 'en']);
  t.match(stdout, /RIGHT/);
  t.ok((await readdir(directory)).some((name) => name.endsWith('.html')));
});
