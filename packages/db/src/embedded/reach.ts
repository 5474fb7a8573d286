import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { type EmbeddedFailure, unusable } from './fault.ts';
import type { Identity } from './identity.ts';

/**
 * Gives binaries that the other OS user can run. In a checkout behind a closed directory, such as root's home,
 * that is a copy, made once, in a directory that root owns and everybody may read.
 */
export async function reachableBinaries(
  binaries: Binaries,
  identity: Identity | undefined,
  caches = ['/var/cache/restage', join(tmpdir(), 'restage-cache')],
): Promise<Binaries | EmbeddedFailure> {
  if (identity === undefined || (await openToAll(binaries.directory))) return binaries;
  const reasons: string[] = [];
  for (const cache of caches) {
    try {
      return { ...binaries, directory: await copyInto(cache, binaries) };
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  return unusable(
    `PostgreSQL's programs in ${binaries.directory} can't be reached by the user that runs them, nor be copied where they can (${reasons.join('; ')}). Move the checkout, start Restage as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Whether everybody may enter all directories down to the programs, and read what they need. */
async function openToAll(directory: string): Promise<boolean> {
  const needed: [path: string, bits: number][] = [
    [join(directory, 'bin', 'postgres'), 0o005],
    [join(directory, 'share', 'postgresql', 'postgres.bki'), 0o004],
  ];
  for (let path = join(directory, 'bin'); path !== dirname(path); path = dirname(path))
    needed.push([path, 0o001]);
  const modes = await Promise.all(
    needed.map(async ([path, bits]) => ((await stat(path)).mode & bits) === bits),
  );
  return modes.every(Boolean);
}

async function copyInto(cache: string, binaries: Binaries): Promise<string> {
  const directory = join(cache, `postgresql-${binaries.version}`);
  await mkdir(cache, { recursive: true, mode: 0o755 });
  // What lies here is run, so nobody else may have put it here: the temporary directory is everybody's.
  const { uid, mode } = await stat(cache);
  if (uid !== 0 || (mode & 0o022) !== 0) throw new Error(`${cache} is not root's alone`);
  if (await stat(directory).catch(() => undefined)) return directory;

  const staged = `${directory}.${randomBytes(6).toString('hex')}`;
  try {
    await cp(binaries.directory, staged, { recursive: true, verbatimSymlinks: true });
    for (const entry of await readdir(staged, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isDirectory()) await chmod(path, 0o755);
      else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
    }
    await chmod(staged, 0o755);
    await rename(staged, directory);
  } catch (error) {
    await rm(staged, { recursive: true, force: true });
    // Another start may have been first with the same copy.
    if (!(await stat(directory).catch(() => undefined))) throw error;
  }
  return directory;
}
