import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Metafile } from 'esbuild';

/** What is bundled, and how it is run. */
export interface BundleOptions {
  readonly entry: string;
  readonly output: string;
  readonly platform: 'neutral' | 'node';
  /** Modules that are left to the runtime. */
  readonly external?: readonly string[];
  /** Packages that are installed with it: they are not in the bundle, and are counted in its size. */
  readonly dependencies?: readonly string[];
  /** Whether parts of it ask for Node's own modules by `require`. */
  readonly requires?: boolean;
}

/** Gives the CommonJS parts of a module the `require` that they ask for. */
const requiring =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Bytes of a bundle: as published, and as a browser would load it, with its dependencies. */
export interface BundleSize {
  readonly bytes: number;
  readonly minifiedGzipped: number;
}

/**
 * Bundles a program with all that it needs but its dependencies, so that who installs it installs nothing else, and lays
 * the licences of what went in beside it.
 */
export async function bundle(options: BundleOptions): Promise<BundleSize> {
  const { external = [], dependencies = [] } = options;
  const settings: BuildOptions = {
    entryPoints: [options.entry],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: options.platform,
    mainFields: ['module', 'main'],
    external: [...external],
    ...(options.requires && { banner: { js: requiring } }),
    logLevel: 'warning',
  };
  const { metafile } = await build({
    ...settings,
    external: [...external, ...dependencies],
    outfile: options.output,
    metafile: true,
  });
  await writeFile(join(dirname(options.output), 'LICENSES.txt'), await licences(metafile));
  const { outputFiles } = await build({ ...settings, minify: true, write: false });
  const [{ bytes } = { bytes: 0 }] = Object.values(metafile.outputs);
  const [minified] = outputFiles;
  return { bytes, minifiedGzipped: gzipSync(minified?.contents ?? '').length };
}

/** The licence of each package of which a part is in the bundle, as their terms ask. */
async function licences(metafile: Metafile): Promise<string> {
  const used = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (found && bytesInOutput > 0) used.add(found);
    }
  }
  const texts = await Promise.all([...used].sort().map(licenceOf));
  return `Parts of these packages are included.\n\n${texts.join('\n\n')}\n`;
}

async function licenceOf(directory: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const file = (await readdir(directory)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(directory, file), 'utf8') : `License: ${license}`;
  return `## ${name} ${version}\n\n${text.trim()}`;
}
