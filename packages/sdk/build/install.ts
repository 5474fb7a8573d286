import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from './build.ts';

const packages = fileURLToPath(new URL('../..', import.meta.url));

/** The fields of a manifest that name what is installed with a package. */
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Packs a built package of ours, and installs the tarball in a project, as npm would.
 * @returns the manifest that was published
 */
export async function installPacked(name: string, project: string): Promise<Manifest> {
  const temporary = await mkdtemp(join(project, 'packed-'));
  const tarball = await pack(join(packages, name), temporary);
  execFileSync('tar', ['xzf', tarball, '-C', temporary]);
  const installed = join(project, 'node_modules/@restage', name);
  await mkdir(dirname(installed), { recursive: true });
  await rename(join(temporary, 'package'), installed);
  await rm(temporary, { recursive: true });
  return JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Manifest;
}

/** Links a library that one of our packages depends on into a project. */
export async function linkLibrary(library: string, from: string, project: string): Promise<void> {
  const link = join(project, 'node_modules', library);
  await mkdir(dirname(link), { recursive: true });
  await symlink(join(packages, from, 'node_modules', library), link);
}
