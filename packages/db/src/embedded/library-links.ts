import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Binaries } from './binaries.ts';
import { type EmbeddedFailure, unusable } from './failure.ts';

/**
 * Creates the links between PostgreSQL's libraries, such as `libpq.so.5`, where they are missing. npm packages can't contain
 * links; the package's install script creates them, but some package managers and options don't run install scripts.
 * @returns why they can't be created
 */
export async function ensureLibraryLinks({ directory }: Binaries): Promise<EmbeddedFailure | undefined> {
  const list = join(directory, 'pg-symlinks.json');
  if (!existsSync(list)) return undefined;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  // Paths in the list are relative to the package.
  const root = dirname(directory);
  for (const { source, target } of links) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    try {
      await symlink(relative(dirname(path), join(root, source)), path);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // Another start may have created it first.
      if (code === 'EEXIST') continue;
      return unusable(
        `PostgreSQL's library ${path} is missing, because the install script of its package did not run, and can't be created (${code ?? error}). Run "npm rebuild" as the user who installed it, or set DATABASE_URL.`,
      );
    }
  }
  return undefined;
}
