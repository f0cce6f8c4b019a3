import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { npm } from './run.mjs';
import { say } from './words.mjs';

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Whether node_modules holds what package-lock.json asks for. What is optional may be absent on this platform. */
function inPlace() {
  if (!existsSync('node_modules/.package-lock.json')) return false;
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(([path, wanted]) => {
    if (path === '' || wanted.optional || wanted.devOptional) return true;
    const found = installed[path];
    return found?.version === wanted.version && found?.integrity === wanted.integrity && existsSync(path);
  });
}

const isWritable = (folder) => {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** Where npm may keep what it downloads: its own place, or one for this time where the home cannot be written. */
function openCache() {
  const usual = process.env.npm_config_cache ?? join(homedir(), '.npm');
  if (isWritable(existsSync(usual) ? usual : dirname(usual))) return { args: [], close() {} };
  const folder = mkdtempSync(join(tmpdir(), 'loa-npm-'));
  return { args: ['--cache', folder], close: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Installs the npm packages when they are missing or stale. No package runs a script of its own: classic-level and
 * serialport bring their binaries along, and ffmpeg-static's script downloads from elsewhere and may hang.
 * @returns {boolean} whether they are in place
 */
export function ensureNpmPackages() {
  if (inPlace()) return true;
  say(
    'Cài các gói npm mà Loa cần, đúng phiên bản ghi trong package-lock.json (npm ci)…',
    'Installing the npm packages that Loa needs, as package-lock.json names them (npm ci)…',
  );
  const cache = openCache();
  const installed = npm(
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    ...cache.args,
  );
  cache.close();
  if (installed) return true;
  say(
    'npm ci không xong: xem lỗi ở trên. Cần có mạng cho lần chạy đầu tiên.',
    'npm ci failed: see above. The first run needs the network.',
  );
  return false;
}
