/**
 * `npm run bundle`: the agent in one folder and one archive, dist/bundle/loa-agent-<version>.tar.gz, for boards: no
 * npm, no compiler. The native parts of every Linux that Node runs on boards are inside; ffmpeg and aplay are the system's.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { billOfMaterials } from './npm-json.mjs';
import { ensureNpmPackages } from './npm-packages.mjs';
import { enterProject } from './project.mjs';
import { run } from './run.mjs';
import { say } from './words.mjs';

const PLATFORMS = ['linux-x64', 'linux-arm', 'linux-arm64'];
/** Packages with native parts, and the file of each that looks for them by its own place. */
const NATIVE = [
  { name: 'classic-level', file: 'binding.js', place: '(__dirname)' },
  { name: '@serialport/bindings-cpp', file: 'dist/serialport-bindings.js', place: "(__dirname, '../')" },
];

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const nativeFolder = (name) => `native/${name.replace('/', '+')}`;

/** Lets a package find its native parts beside the bundle. */
const nativeParts = {
  name: 'native-parts',
  setup({ onLoad }) {
    for (const { name, file, place } of NATIVE) {
      const ending = `node_modules/${name}/${file}`;
      onLoad({ filter: new RegExp(`${ending.replaceAll('.', '\\.')}$`) }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        if (!source.includes(place)) throw new Error(`${name} looks for its native parts in another way`);
        const here = `(require('node:path').join(__dirname, '../${nativeFolder(name)}'))`;
        return { contents: source.replace(place, here), loader: 'js' };
      });
    }
  },
};

/** The packages whose code went in, as folders under node_modules. */
function packagesIn({ inputs }) {
  const folders = Object.keys(inputs).map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  return [...new Set(folders)].filter((folder) => folder !== undefined).sort();
}

/** The licences of all of them ask to go along. */
function licences(folders) {
  return folders.map((folder) => {
    const { name, version, license } = read(join(folder, 'package.json'));
    const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file));
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return [`## ${name} ${version}, ${license}`, ...texts].join('\n\n');
  });
}

function billOf(folders, name, version) {
  const inside = new Set(
    folders.map((folder) => read(join(folder, 'package.json'))).map((each) => `${each.name}@${each.version}`),
  );
  const bill = billOfMaterials();
  if (bill === undefined) throw new Error('npm could not write the bill of materials');
  const components = bill.components.filter((component) => inside.has(`${component.name}@${component.version}`));
  const refs = new Set([bill.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const dependencies = bill.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) }));
  const component = { ...bill.metadata.component, type: 'application', name, version };
  return { ...bill, metadata: { ...bill.metadata, component }, components, dependencies };
}

async function bundle() {
  const { build } = await import('esbuild');
  const { version, engines } = read('package.json');
  const name = `loa-agent-${version}`;
  const folder = join('dist/bundle', name);
  rmSync('dist/bundle', { recursive: true, force: true });
  mkdirSync(join(folder, 'agent'), { recursive: true });
  const { metafile } = await build({
    entryPoints: ['agent/main.ts'],
    outfile: join(folder, 'agent/bundle.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    // Not ESM: V8's code cache needs a script, and a package that is CommonJS loses its names when it is imported late.
    format: 'cjs',
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    // Names stay readable in a stack trace.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    plugins: [nativeParts],
    metafile: true,
    logLevel: 'error',
  });
  cpSync('simulator/setup/bundled-main.cjs', join(folder, 'agent/main.js'));
  chmodSync(join(folder, 'agent/main.js'), 0o755);
  for (const { name: native } of NATIVE) {
    for (const platform of PLATFORMS) {
      const from = join('node_modules', native, 'prebuilds', platform);
      if (!existsSync(from)) throw new Error(`${native} has no parts for ${platform}`);
      cpSync(from, join(folder, nativeFolder(native), 'prebuilds', platform), { recursive: true });
    }
  }
  const packages = packagesIn(metafile);
  const manifest = { name: 'loa-agent', version, license: 'MIT', engines, bin: { 'loa-agent': 'agent/main.js' } };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  writeFileSync(
    join(folder, 'sbom.cdx.json'),
    `${JSON.stringify(billOf(packages, 'loa-agent', version), undefined, 2)}\n`,
  );
  writeFileSync(join(folder, 'LICENCES.md'), `${licences(packages).join('\n\n')}\n`);
  cpSync('LICENSE', join(folder, 'LICENSE'));
  const archive = `dist/bundle/${name}.tar.gz`;
  const owner = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name'];
  if (!run('tar', ['--create', '--gzip', ...owner, '--file', archive, '--directory', 'dist/bundle', name])) {
    throw new Error('tar failed');
  }
  return archive;
}

enterProject();
if (ensureNpmPackages()) {
  const archive = await bundle();
  say(`Đã đóng gói: ${archive}`, `Bundled: ${archive}`);
} else process.exitCode = 1;
