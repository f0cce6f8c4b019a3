import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const notOurs = new Set(['node_modules', 'dist', '.git', '.tap']);

const pages = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : pages(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });

/** A heading's anchor, as it is made on the pages where our Markdown is read: `## The story, in the code` → `the-story-in-the-code`. */
const anchorOf = (heading: string): string =>
  heading
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const withoutCode = (text: string): string => text.replace(/^ {4}.*$/gm, '').replace(/`[^`\n]*`/g, '');

test('every link between our pages leads somewhere', async (t) => {
  const found = pages('.');
  t.ok(found.includes('README.md'));
  for (const page of found) {
    const text = readFileSync(join(root, page), 'utf8');
    for (const [, target = ''] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = '', anchor] = decodeURI(target).split('#');
      const file = path === '' ? page : join(dirname(page), path);
      t.ok(existsSync(join(root, file)), `${page} → ${target}`);
      if (anchor === undefined) continue;
      const headings = readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.+)$/gm);
      t.ok(
        [...headings].some(([, heading = '']) => anchorOf(heading) === anchor.normalize('NFC')),
        `${page} → ${target}: its heading`,
      );
    }
  }
});

test('every file and folder that a README of ours names in a table exists', async (t) => {
  for (const page of pages('.').filter((name) => name.endsWith('README.md'))) {
    const rows = readFileSync(join(root, page), 'utf8').matchAll(/^\| ((?:`[\w./-]+`(?:, )?)+) \|/gm);
    for (const [, names = ''] of rows) {
      for (const [, name = ''] of names.matchAll(/`([\w./-]+(?:\/|\.ts))`/g)) {
        t.ok(existsSync(join(root, dirname(page), name)), `${page}: ${name}`);
      }
    }
  }
});
