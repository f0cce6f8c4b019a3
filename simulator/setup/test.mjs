/** `npm test`: sets up what is missing, then runs the tests. */
import { compile } from './compile.mjs';
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { become, enterProject } from './project.mjs';
import { unpackDebianPackage } from './unpacked.mjs';

const args = process.argv.slice(2);
enterProject();
const ready =
  ensureDebianPackages({
    required: ['ffmpeg', 'socat'],
    wanted: ['mosquitto', 'mosquitto-clients', 'postgresql', 'openssl', 'libfaketime', 'systemd'],
  }) &&
  ensureNpmPackages() &&
  compile();
const chrony = { vi: 'thử với một chronyd thật', en: 'tests with a real chronyd' };
if (ready) unpackDebianPackage('chrony', 'usr/sbin/chronyd', chrony);
if (ready) await become('test/run.js', ...args);
else process.exitCode = 1;
