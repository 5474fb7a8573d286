import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BundleSize, bundle } from './bundle.ts';
import { checkTarball } from './check.ts';
import { emitDeclarations } from './declarations.ts';

const room = fileURLToPath(new URL('..', import.meta.url));

/** Builds what is published as @restage/sdk into `dist`, and checks it as a tarball. */
export async function buildSdk(): Promise<BundleSize> {
  const output = join(room, 'dist');
  await rm(output, { recursive: true, force: true });
  const size = await bundle({
    entry: join(room, 'src/index.ts'),
    output: join(output, 'index.js'),
    platform: 'neutral',
  });
  await emitDeclarations({
    project: join(room, 'tsconfig.build.json'),
    output,
    entries: ['index.d.ts'],
  });
  await checkPacked(room, 'library');
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
