#!/usr/bin/env -S node --max-semi-space-size=1
'use strict';
/**
 * The bundled agent's first file: runs bundle.js, from V8's code cache where there is one. Only a service has a place for it
 * (CACHE_DIRECTORY, systemd.exec(5)), made when it ends. What somebody else wrote is not run: root, who may look after
 * the service from a terminal, has no such folder and trusts only what is its own.
 */
const { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { join } = require('node:path');
const { constants, Script } = require('node:vm');

const filename = join(__dirname, 'bundle.js');
// The line for the shell is none of JavaScript's once it is wrapped.
const source = wrap(readFileSync(filename, 'latin1').replace(/^#!.*/, ''));
const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8'));
const folder = process.env.CACHE_DIRECTORY;
const cache = folder && join(folder, `agent-${version}-${process.version}-${process.arch}`);

function kept() {
  let file;
  try {
    file = openSync(cache, 'r');
    return fstatSync(file).uid === process.getuid() ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const cachedData = cache && kept();
const importModuleDynamically = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
const script = new Script(source, { filename, cachedData, importModuleDynamically });
if (cache && (cachedData === undefined || script.cachedDataRejected)) {
  // By then what a start needs has been compiled.
  process.once('exit', (code) => {
    if (code !== 0) return;
    try {
      writeFileSync(`${cache}.new`, script.createCachedData(), { mode: 0o600 });
      renameSync(`${cache}.new`, cache);
    } catch {
      rmSync(`${cache}.new`, { force: true });
    }
  });
}
script.runInThisContext()(exports, require, module, filename, __dirname);
