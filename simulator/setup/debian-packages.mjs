import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';
import { say } from './words.mjs';

/** System folders are not on everybody's path. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
const program = (name) => () => folders.some((folder) => folder !== '' && existsSync(join(folder, name)));

const postgres = '/usr/lib/postgresql';
const hasInitdb = () =>
  existsSync(postgres) && readdirSync(postgres).some((version) => existsSync(join(postgres, version, 'bin/initdb')));

const libraries = '/usr/lib';
const hasFaketime = () =>
  readdirSync(libraries).some((name) => existsSync(join(libraries, name, 'faketime/libfaketime.so.1')));

/** Each Debian package that Loa may use here: how to see that it is there, and what it is for. */
const known = {
  ffmpeg: { present: program('ffmpeg'), vi: 'giải mã bản ghi âm', en: 'decodes recordings' },
  socat: { present: program('socat'), vi: 'nối cổng nối tiếp ảo', en: 'joins virtual serial ports' },
  mosquitto: {
    present: program('mosquitto'),
    vi: 'thử với một MQTT broker khác',
    en: 'tests with another MQTT broker',
  },
  'mosquitto-clients': {
    present: program('mosquitto_pub'),
    vi: 'thử gửi lệnh từ ngoài',
    en: 'tests orders from outside',
  },
  postgresql: { present: hasInitdb, vi: 'thử với PostgreSQL thật', en: 'tests with a real PostgreSQL' },
  libfaketime: { present: hasFaketime, vi: 'thử đặt lại đồng hồ', en: 'tests with a clock that is set' },
  systemd: { present: program('systemd-analyze'), vi: 'thử tệp dịch vụ', en: 'tests the unit of the service' },
  openssl: { present: program('openssl'), vi: 'thử ký lệnh từ ngoài', en: 'tests signing from outside' },
};

const missing = (names) => names.filter((name) => !known[name].present());

/**
 * Installs without starting anything: Debian starts a package's service unless policy-rc.d forbids it, and enables it
 * for the next boot. Loa's tests start their own on free ports. A policy-rc.d that somebody else put there stays.
 */
const script = `
set -eu
policy=/usr/sbin/policy-rc.d
mark='put here by the set-up of Loa while it installs; may be deleted'
log=$(mktemp)
ours=
trap 'rm -f "$log" $ours' EXIT
trap 'exit 1' HUP INT TERM
if [ ! -e "$policy" ] || grep -qF "$mark" "$policy"; then
  ours=$policy
  printf '#!/bin/sh\\n# %s\\nexit 101\\n' "$mark" > "$policy"
  chmod 755 "$policy"
fi
# What apt and hundreds of packages tell hides what we tell: it is shown only when it went wrong.
quietly() { "$@" > "$log" 2>&1 || { cat "$log" >&2; return 1; }; }
# An installation that was cut short, by Ctrl-C or a power cut, is finished first: apt refuses to begin before.
dpkg --configure -a > /dev/null 2>&1 || true
# One source of packages that is out of reach need not be the one that is wanted.
quietly apt-get -q -o DPkg::Lock::Timeout=120 update || true
quietly apt-get -q -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$@"
for name in "$@"; do
  case "$name" in mosquitto|postgresql) update-rc.d "$name" disable > /dev/null 2>&1 || true;; esac
done
`;

/** How to become root without asking anybody: already, by sudo without a password, or not at all. */
function rootPrefix() {
  if (!program('apt-get')()) return undefined;
  if (process.getuid?.() === 0) return ['env'];
  return program('sudo')() && run('sudo', ['-n', 'true'], { stdio: 'ignore' }) ? ['sudo', '-n', 'env'] : undefined;
}

/**
 * Installs the Debian packages that are missing, where it may.
 * @param {{ required: readonly string[], wanted?: readonly string[] }} packages without the wanted ones the work goes on
 * @returns {boolean} whether every required one is there
 */
export function ensureDebianPackages({ required, wanted = [] }) {
  const lacking = missing([...required, ...wanted]);
  if (lacking.length === 0) return true;
  const prefix = rootPrefix();
  if (prefix !== undefined) {
    say('Cài các gói Debian còn thiếu:', 'Installing the Debian packages that are missing:');
    for (const name of lacking) say(`  ${name}: ${known[name].vi}`, `  ${name}: ${known[name].en}`);
    say('Việc này có thể mất vài phút…', 'This may take a few minutes…');
    const [become, ...args] = prefix;
    run(become, [...args, 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', script, 'sh', ...lacking]);
  }
  return report(missing(required), missing(wanted));
}

function report(required, wanted) {
  const names = [...required, ...wanted].join(' ');
  if (names === '') return true;
  const command = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names}`;
  say(`Còn thiếu: ${names}. Hãy chạy lệnh này một lần:`, `Missing: ${names}. Run this once:`);
  say(`  ${command}`, `  ${command}`);
  if (required.length > 0) return false;
  say('Các bài thử cần đến chúng sẽ bị bỏ qua.', 'The tests that need them will be skipped.');
  return true;
}
