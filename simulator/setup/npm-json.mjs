import { spawnSync } from 'node:child_process';

/** What npm itself answers in JSON, and undefined where it gives none; npm ends with 1 for what it found, too. */
export function npmJson(...args) {
  const started = process.env.npm_execpath;
  const [program, ...first] = /\.[cm]?js$/.test(started ?? '') ? [process.execPath, started] : ['npm'];
  const options = { encoding: 'utf8', maxBuffer: 64 * 1_048_576, stdio: ['ignore', 'pipe', 'ignore'] };
  const { stdout } = spawnSync(program, [...first, ...args], options);
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

/** The bill of materials of what ships, as CycloneDX, out of package-lock.json: no network is needed. */
export const billOfMaterials = () =>
  npmJson('sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--omit=dev', '--package-lock-only');
