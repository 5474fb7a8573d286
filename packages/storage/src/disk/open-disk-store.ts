import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, opendir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fail } from '@restage/errors';
import type { BlobStore } from '../blob-store.ts';
import { isKeySegment, parseKey } from '../key.ts';
import { abortable } from './abortable.ts';
import { isSystemError, readFileAsStream, syncPath, writeNewFile } from './files.ts';

export interface DiskStoreOptions {
  /** With fewer bytes free on the disk, the store counts as full. Default 64 MiB. */
  readonly minFreeBytes?: number;
}

/** Blobs are written here first: the same file system, under a name that no key can have. */
const stagingFolder = '.staging';

/** A staging file that has not changed for so long belongs to a process that died. */
const staleAgeMs = 3_600_000;

/**
 * Opens a store in a directory, and creates the directory if it does not exist; throws if it can't. Several processes
 * may open the same directory.
 */
export async function openDiskStore(directory: string, options: DiskStoreOptions = {}): Promise<BlobStore> {
  const root = resolve(directory);
  const { minFreeBytes = 64 * 1024 * 1024 } = options;
  await mkdir(join(root, stagingFolder), { recursive: true, mode: 0o700 });
  await removeStaleFiles(join(root, stagingFolder));

  const localPath = (key: string) => join(root, ...parseKey(key));
  const createStagingPath = () => join(root, stagingFolder, randomBytes(12).toString('hex'));

  async function moveAll(files: Readonly<Record<string, string>>): Promise<void> {
    const moves = Object.entries(files).map(([key, path]) => ({ path, target: localPath(key) }));
    const directories = [...new Set(moves.map(({ target }) => dirname(target)))];
    await settleAll(moves.map(({ path }) => syncPath(path)));
    await settleAll(directories.map((parent) => mkdir(parent, { recursive: true })));
    await settleAll(moves.map(({ path, target }) => moveFile(path, createStagingPath(), target)));
    await settleAll(directories.map(syncPath));
  }

  return {
    async write(key, bytes, { maxBytes, signal }) {
      const target = localPath(key);
      const staged = createStagingPath();
      try {
        const size = await writeNewFile(staged, abortable(bytes, signal), maxBytes);
        if (size === undefined) return fail('PAYLOAD_TOO_LARGE', `The body has more than ${maxBytes} bytes.`);
        await renameDurably(staged, target);
        return { size };
      } finally {
        await rm(staged, { force: true });
      }
    },

    moveIn: (key, path) => moveAll({ [key]: path }),
    moveAll,

    async stat(key) {
      try {
        const found = await stat(localPath(key));
        return found.isFile() ? { size: found.size, modifiedAt: found.mtime } : undefined;
      } catch (error) {
        if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
        throw error;
      }
    },

    async read(key, range) {
      try {
        return await readFileAsStream(localPath(key), range);
      } catch (error) {
        if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
        throw error;
      }
    },
    localPath,
    remove: async (key) => rm(localPath(key), { force: true }),
    removeFolder: async (folder) => rm(localPath(folder), { recursive: true, force: true }),
    list: (folder) => listNames(localPath(folder)),
    prepare: async (key) => probeWrite(root, minFreeBytes, createStagingPath(), dirname(localPath(key))),
    check: () => probeWrite(root, minFreeBytes, createStagingPath(), root),
  };
}

/** Lists the entries of a directory whose names can be part of a key. Reads the directory lazily. */
async function* listNames(path: string): AsyncGenerator<string> {
  try {
    for await (const { name } of await opendir(path)) if (isKeySegment(name)) yield name;
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

/** Renames a finished file to its final name, and flushes the directory to disk. */
async function renameDurably(path: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await rename(path, target);
  await syncPath(dirname(target));
}

/** Moves a file to its final name: by a rename, or by a copy if it is on another file system. */
async function moveFile(path: string, staged: string, target: string): Promise<void> {
  try {
    await rename(path, target);
  } catch (error) {
    if (!isSystemError(error, 'EXDEV')) throw error;
    await copyAndRemove(path, staged, target);
  }
}

async function copyAndRemove(path: string, staged: string, target: string): Promise<void> {
  try {
    await copyFile(path, staged);
    await syncPath(staged);
    await rename(staged, target);
  } finally {
    await rm(staged, { force: true });
  }
  await rm(path);
}

/** Waits until every promise has settled, then throws the first rejection in the list, if any. */
async function settleAll(promises: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(promises)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** Performs the steps of a write with a one-byte file, and throws where a real write would. */
async function probeWrite(
  root: string,
  minFreeBytes: number,
  staged: string,
  directory: string,
): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  if (bavail * bsize < minFreeBytes)
    throw new Error(`The blob store is full: fewer than ${minFreeBytes} bytes are free.`);
  const probe = join(directory, `.probe-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(directory, { recursive: true });
    await writeNewFile(staged, oneByte(), 1);
    await rename(staged, probe);
  } finally {
    await rm(staged, { force: true });
    await rm(probe, { force: true });
  }
}

async function* oneByte(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1);
}

/** Removes staging files of processes that were killed. */
async function removeStaleFiles(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > staleAgeMs) await rm(path, { force: true });
  }
}
