import { randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { type EmbeddedFailure, unusable } from './failure.ts';
import type { OsUser } from './os-user.ts';

/**
 * Returns binaries that another OS user can run. In a checkout inside a closed directory, such as root's home, that is a
 * copy, made once, in a directory that root owns and everybody can read.
 */
export async function ensureAccessibleBinaries(
  binaries: Binaries,
  osUser: OsUser | undefined,
  caches = ['/var/cache/restage', join(tmpdir(), 'restage-cache')],
): Promise<Binaries | EmbeddedFailure> {
  if (osUser === undefined || (await isAccessibleToAll(binaries.directory))) return binaries;
  const reasons: string[] = [];
  for (const cache of caches) {
    try {
      return { ...binaries, directory: await copyToCache(cache, binaries) };
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  return unusable(
    `The OS user that runs PostgreSQL can't access its programs in ${binaries.directory}, and they can't be copied to an accessible directory (${reasons.join('; ')}). Move the checkout, start Restage as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Whether everybody can enter all directories down to the programs, and read the files that they need. */
async function isAccessibleToAll(directory: string): Promise<boolean> {
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

async function copyToCache(cache: string, binaries: Binaries): Promise<string> {
  const directory = join(cache, `postgresql-${binaries.version}`);
  await mkdir(cache, { recursive: true, mode: 0o755 });
  // These files are executed, so only root may be able to write them: everybody can write the temporary directory.
  const { uid, mode } = await stat(cache);
  if (uid !== 0 || (mode & 0o022) !== 0) throw new Error(`${cache} must be writable by root only`);
  if (await stat(directory).catch(() => undefined)) return directory;

  const staging = `${directory}.${randomBytes(6).toString('hex')}`;
  try {
    await cp(binaries.directory, staging, { recursive: true, verbatimSymlinks: true });
    for (const entry of await readdir(staging, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isDirectory()) await chmod(path, 0o755);
      else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
    }
    await chmod(staging, 0o755);
    await rename(staging, directory);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Another start may have made the same copy first.
    if (!(await stat(directory).catch(() => undefined))) throw error;
  }
  return directory;
}
