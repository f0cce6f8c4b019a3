/**
 * Part of `npm run check`: writes the bill of materials of what ships, and asks the registry whether anything of it is
 * known to be vulnerable. A registry that cannot be asked fails nothing; a high or critical finding does.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { billOfMaterials, npmJson } from './npm-json.mjs';
import { enterProject } from './project.mjs';
import { say } from './words.mjs';

const FILE = 'dist/sbom.cdx.json';

function writeBill() {
  const bill = billOfMaterials();
  if (bill?.bomFormat !== 'CycloneDX') {
    say('npm không lập được danh mục thành phần (SBOM).', 'npm could not write the bill of materials (SBOM).');
    return false;
  }
  mkdirSync('dist', { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(bill, undefined, 2)}\n`);
  const { length } = bill.components;
  say(`Danh mục ${length} thành phần: ${FILE}`, `Bill of ${length} materials: ${FILE}`);
  return true;
}

function audit() {
  // Offline npm would answer that it found nothing.
  const asked = process.env.npm_config_offline !== 'true';
  const report = asked
    ? npmJson('audit', '--omit=dev', '--json', '--fetch-retries=1', '--fetch-timeout=15000')
    : undefined;
  const counts = report?.metadata?.vulnerabilities;
  if (counts === undefined) {
    const why = report?.message ?? '';
    say(
      `Không hỏi được kho gói về lỗ hổng đã biết. ${why}`,
      `The registry could not be asked for known vulnerabilities. ${why}`,
    );
    return true;
  }
  const grave = Object.values(report.vulnerabilities).filter(({ severity }) => /^(?:high|critical)$/.test(severity));
  for (const { name, severity, range } of grave) process.stderr.write(`  ${severity}: ${name} ${range}\n`);
  if (grave.length > 0) {
    say(
      'Có lỗ hổng nghiêm trọng trong gói phần mềm: xem npm audit.',
      'Packages are gravely vulnerable: see npm audit.',
    );
    return false;
  }
  say(
    `Lỗ hổng đã biết: ${counts.total}, không có lỗ hổng nghiêm trọng.`,
    `Known vulnerabilities: ${counts.total}, none grave.`,
  );
  return true;
}

enterProject();
const written = writeBill();
process.exitCode = audit() && written ? 0 : 1;
