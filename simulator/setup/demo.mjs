/** `npm run demo`: sets up what is missing, then runs the demo. */
import { compile } from './compile.mjs';
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { become, enterProject } from './project.mjs';

const args = process.argv.slice(2);
enterProject();
const ready = ensureDebianPackages({ required: ['ffmpeg', 'socat'] }) && ensureNpmPackages() && compile();
if (ready) await become('simulator/main.js', 'demo', ...args);
else process.exitCode = 1;
