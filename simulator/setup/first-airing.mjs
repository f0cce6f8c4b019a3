/** `npm run first-airing`: sets up what is missing, then takes a virtual board from empty to its first airing. */
import { compile } from './compile.mjs';
import { ensureDebianPackages } from './debian-packages.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { become, enterProject } from './project.mjs';

const args = process.argv.slice(2);
enterProject();
const ready = ensureDebianPackages({ required: ['ffmpeg', 'socat'] }) && ensureNpmPackages() && compile();
if (ready) await become('simulator/main.js', 'first-airing', ...args);
else process.exitCode = 1;
