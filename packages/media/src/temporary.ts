import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const dayMs = 24 * 3600 * 1000;
const namePattern = /^media-(?<host>.+)-(?<pid>\d+)-[A-Za-z0-9]{6}$/;

/** A directory of this process, for files that live as long as one call. */
export interface TemporaryDirectory {
  /** Runs `body` with the path of a file that does not exist yet, and removes that file afterwards. */
  withFile<T>(body: (path: string) => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

/**
 * Creates a directory in `parent`, and removes those of processes that have ended: for this host by their pid, for other
 * hosts, which may share the disk, after a day.
 */
export async function openTemporaryDirectory(parent: string): Promise<TemporaryDirectory> {
  await mkdir(parent, { recursive: true });
  await removeStaleDirectories(parent);
  const directory = await mkdtemp(join(parent, `media-${hostname()}-${process.pid}-`));
  return {
    async withFile(body) {
      const path = join(directory, randomUUID());
      try {
        return await body(path);
      } finally {
        await rm(path, { force: true });
      }
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function removeStaleDirectories(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const { host, pid } = namePattern.exec(name)?.groups ?? {};
    if (host === undefined) continue;
    const path = join(parent, name);
    const changed = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (changed !== undefined && isStale(host, Number(pid), changed)) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** In containers pids repeat, so for our own pid the age decides. */
function isStale(host: string, pid: number, changedMs: number): boolean {
  if (host !== hostname()) return Date.now() - changedMs > dayMs;
  if (pid === process.pid) return changedMs < Date.now() - process.uptime() * 1000;
  return !isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
