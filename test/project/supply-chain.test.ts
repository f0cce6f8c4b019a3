import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { root } from './protocol-files.ts';

const bill = { bomFormat: 'CycloneDX', components: [{}], dependencies: [] };
const report = (...severities: readonly string[]) => ({
  vulnerabilities: Object.fromEntries(
    severities.map((severity, at) => [`package-${at}`, { name: `package-${at}`, severity, range: '<2' }]),
  ),
  metadata: { vulnerabilities: { total: severities.length } },
});

/** Runs that part of the check with an npm that answers this. */
function check(t: Test, audit: unknown): { readonly status: number | null; readonly stderr: string } {
  const npm = join(t.testdir(), 'npm.cjs');
  const answers = JSON.stringify({ sbom: JSON.stringify(bill), audit: JSON.stringify(audit) });
  writeFileSync(npm, `process.stdout.write((${answers})[process.argv[2]]); process.exitCode = 1;`);
  const env = { ...process.env, npm_execpath: npm, LOA_LANG: 'en', npm_config_offline: '' };
  const before = readIfThere();
  const { status, stderr } = spawnSync(process.execPath, ['simulator/setup/supply-chain.mjs'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  if (before !== undefined) writeFileSync(join(root, 'dist/sbom.cdx.json'), before);
  return { status, stderr };
}

function readIfThere(): string | undefined {
  try {
    return readFileSync(join(root, 'dist/sbom.cdx.json'), 'utf8');
  } catch {
    return undefined;
  }
}

test('a grave vulnerability fails the check; a registry that cannot be asked does not', (t) => {
  t.match(check(t, report()), { status: 0, stderr: /Known vulnerabilities: 0/ });
  t.match(check(t, report('low', 'moderate')), { status: 0, stderr: /Known vulnerabilities: 2, none grave/ });
  for (const severity of ['high', 'critical']) {
    t.match(check(t, report('low', severity)), { status: 1, stderr: new RegExp(`${severity}: package-1 <2`) });
  }
  t.match(check(t, { message: 'ENOTFOUND' }), { status: 0, stderr: /could not be asked.*ENOTFOUND/ });
  t.end();
});
