import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile } from 'esbuild';

/** What to bundle, and for which platform. */
export interface BundleOptions {
  readonly entry: string;
  readonly output: string;
  readonly platform: 'neutral' | 'node';
  /** Modules that are imported at run time. */
  readonly external?: readonly string[];
  /** Packages that are installed with it: not in the bundle, but counted in its size. */
  readonly dependencies?: readonly string[];
  /** Whether modules that are imported on demand become files of their own, beside the output. */
  readonly splitting?: boolean;
  /** Whether bundled CommonJS modules `require` modules of Node. */
  readonly requires?: boolean;
}

/** Defines `require` for the CommonJS parts of an ES module. */
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Bytes of a bundle: as published, without what it imports on demand; and minified and gzipped with its dependencies, as a
 * browser loads it.
 */
export interface BundleSize {
  readonly bytes: number;
  readonly minifiedGzipped: number;
}

/**
 * Bundles a program with everything that it imports except its dependencies, and writes the licences of the bundled packages
 * beside it.
 */
export async function bundle(options: BundleOptions): Promise<BundleSize> {
  const { external = [], dependencies = [] } = options;
  const name = basename(options.output, '.js');
  const settings: BuildOptions = {
    entryPoints: { [name]: options.entry },
    outdir: dirname(options.output),
    chunkNames: `${name}.[hash]`,
    splitting: options.splitting ?? false,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: options.platform,
    mainFields: ['module', 'main'],
    external: [...external],
    ...(options.requires && { banner: { js: requireBanner } }),
    logLevel: 'warning',
  };
  const { metafile } = await build({
    ...settings,
    external: [...external, ...dependencies],
    metafile: true,
  });
  await writeFile(join(dirname(options.output), 'LICENSES.txt'), await readLicences(metafile));
  const { outputFiles } = await build({ ...settings, minify: true, write: false });
  const minified = outputFiles.find(({ path }) => basename(path) === `${name}.js`);
  return {
    bytes: sumBytes(metafile.outputs, relative(process.cwd(), options.output)),
    minifiedGzipped: gzipSync(minified?.contents ?? '').length,
  };
}

/** Bytes of an output and of those that it imports, except on demand. */
function sumBytes(outputs: Metafile['outputs'], path: string, seen = new Set<string>()): number {
  const output = outputs[path];
  if (!output || seen.has(path)) return 0;
  seen.add(path);
  const imported = output.imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
  return imported.reduce((sum, each) => sum + sumBytes(outputs, each.path, seen), output.bytes);
}

/** The licence of each package that has code in the bundle, as the licences demand. */
async function readLicences(metafile: Metafile): Promise<string> {
  const directories = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const directory = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (directory && bytesInOutput > 0) directories.add(directory);
    }
  }
  const texts = await Promise.all([...directories].sort().map(readLicence));
  return `This bundle includes code of these packages.\n\n${texts.join('\n\n')}\n`;
}

async function readLicence(directory: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(directory, file), 'utf8') : `License: ${license}`;
  return `## ${name} ${version}\n\n${text.trim()}`;
}
