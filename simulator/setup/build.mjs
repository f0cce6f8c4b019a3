import { compile } from './compile.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { enterProject } from './project.mjs';

enterProject();
process.exitCode = ensureNpmPackages() && compile() ? 0 : 1;
