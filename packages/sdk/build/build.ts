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
 * Builds what is published as @restage/errors into its `dist`, and checks it as a tarball. Its modules stay apart, so that
 * a bundler takes of them what is used.
 */
export async function buildErrors(): Promise<void> {
  const output = join(errors, 'dist');
  await rm(output, { recursive: true, force: true });
  await emitDeclarations({
    project: join(errors, 'tsconfig.build.json'),
    output,
    entries: ['index.d.ts', 'trpc.d.ts'],
  });
  await checkPacked(errors, 'library');
}

/**
 * Builds what is published as @restage/sdk into `dist`, and checks it as a tarball. @restage/errors is installed beside it.
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
  await checkPacked(sdk, 'library');
  return size;
}

/** Packs a room as it would be published, and checks what comes out. */
export async function checkPacked(directory: string, kind: 'library' | 'program'): Promise<void> {
  const place = await mkdtemp(join(tmpdir(), 'restage-pack-'));
  try {
    await checkTarball(await pack(directory, place), kind);
  } finally {
    await rm(place, { recursive: true });
  }
}

/** Packs a room as it would be published. Gives the path of the tarball. */
export async function pack(directory: string, place: string): Promise<string> {
  const arguments_ = ['-y', 'pnpm@12', 'pack', '--pack-destination', place];
  execFileSync('npx', arguments_, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  const [tarball] = await readdir(place);
  if (!tarball) throw new Error(`Nothing was packed of ${directory}.`);
  return join(place, tarball);
}
