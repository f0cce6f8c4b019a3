import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { say } from './words.mjs';

const folders = ['agent', 'broker', 'protocol', 'simulator', 'test'];
const stamp = 'dist/.fingerprint';
const buildInfo = 'dist/.tsbuildinfo';

const filesIn = (folder, ending) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort();

const outputOf = (source) => join('dist', source.replace(/\.ts$/, '.js'));

/** A power cut leaves files behind that are there and empty. */
const isWritten = (file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;

/** By content and not by time: a checkout or a copy changes every time stamp. */
function fingerprint(sources) {
  const hash = createHash('sha256');
  for (const file of ['tsconfig.json', 'package-lock.json', ...sources]) {
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** Drops what was compiled from a source that is gone, so that a deleted test no longer runs. */
function dropOrphans(sources) {
  const wanted = new Set(sources.flatMap((source) => [outputOf(source), `${outputOf(source)}.map`]));
  for (const folder of folders.filter((name) => existsSync(join('dist', name)))) {
    for (const file of [...filesIn(join('dist', folder), '.js'), ...filesIn(join('dist', folder), '.js.map')]) {
      if (!wanted.has(file)) rmSync(file);
    }
  }
}

/**
 * Compiles the sources into dist/ when they differ from those that dist/ was made of.
 * @returns {boolean} whether dist/ is up to date
 */
export function compile() {
  const sources = folders.filter((name) => existsSync(name)).flatMap((name) => filesIn(name, '.ts'));
  const wanted = fingerprint(sources);
  const complete = sources.every((source) => isWritten(outputOf(source)));
  if (existsSync('dist')) dropOrphans(sources);
  if (complete && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  say('Biên dịch mã nguồn vào dist/…', 'Compiling the sources into dist/…');
  // The compiler's memory of what it wrote would make it leave out a file that is gone.
  if (!complete) rmSync(buildInfo, { force: true });
  rmSync(stamp, { force: true });
  if (!run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'])) {
    say('Không biên dịch được: xem lỗi ở trên.', 'The sources do not compile: see above.');
    return false;
  }
  mkdirSync('dist', { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}
