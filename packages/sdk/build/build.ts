import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BundleSize, bundle } from './bundle.ts';
import { checkTarball } from './check.ts';
import { emitDeclarations } from './declarations.ts';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const errors = fileURLToPath(new URL('../../errors', import.meta.url));

/**
 * Builds the published @restage/errors into its `dist`, and checks the tarball. Its modules stay separate files, so that a
 * bundler includes only what is used.
 */
export async function buildErrors(): Promise<void> {
  const output = join(errors, 'dist');
  await rm(output, { recursive: true, force: true });
  await emitDeclarations({
    project: join(errors, 'tsconfig.build.json'),
    output,
    entries: ['index.d.ts', 'trpc.d.ts'],
  });
  await packAndCheck(errors, 'library');
}

/**
 * Builds the published @restage/sdk into `dist`, and checks the tarball. @restage/errors is a dependency of it.
 * @returns the size of both together
 */
export async function buildSdk(): Promise<BundleSize> {
  const output = join(sdk, 'dist');
  const dependencies = ['@restage/errors'];
  await rm(output, { recursive: true, force: true });
  const size = await bundle({
    entry: join(sdk, 'src/index.ts'),
    output: join(output, 'index.js'),
    platform: 'neutral',
    dependencies,
  });
  await emitDeclarations({
    project: join(sdk, 'tsconfig.build.json'),
    output,
    entries: ['index.d.ts'],
    dependencies,
  });
  await packAndCheck(sdk, 'library');
  return size;
}

/** Packs a package as for publishing, and checks the tarball. */
export async function packAndCheck(directory: string, kind: 'library' | 'program'): Promise<void> {
  const destination = await mkdtemp(join(tmpdir(), 'restage-pack-'));
  try {
    await checkTarball(await pack(directory, destination), kind);
  } finally {
    await rm(destination, { recursive: true });
  }
}

/**
 * Packs a package as for publishing.
 * @param destination an empty folder
 * @returns the path of the tarball
 */
export async function pack(directory: string, destination: string): Promise<string> {
  const arguments_ = ['-y', 'pnpm@12', 'pack', '--pack-destination', destination];
  execFileSync('npx', arguments_, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  const [tarball] = await readdir(destination);
  if (!tarball) throw new Error(`pnpm pack created no tarball of ${directory}.`);
  return join(destination, tarball);
}
