import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, opendir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { abortable } from '../abortable.ts';
import type { BlobStat, BlobStore } from '../blob-store.ts';
import { isKeySegment, parseKey } from '../key.ts';
import { createWrite, settleAll, tooLarge } from '../write.ts';
import { isSystemError, readFileAsStream, syncPath, writeNewFile } from './files.ts';

export interface DiskStoreOptions {
  /** With fewer bytes free on the disk, the store counts as full. Default 64 MiB. */
  readonly minFreeBytes?: number;
}

/** Blobs are written here first: the same file system, under a name that no key can have. */
const stagingFolder = '.staging';

/**
 * Opens a store in a directory, and creates the directory if it does not exist; throws if it can't. Several processes
 * may open the same directory.
 */
export async function openDiskStore(directory: string, options: DiskStoreOptions = {}): Promise<BlobStore> {
  const root = resolve(directory);
  const { minFreeBytes = 64 * 1024 * 1024 } = options;
  await mkdir(join(root, stagingFolder), { recursive: true, mode: 0o700 });

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

  async function stat(key: string): Promise<BlobStat | undefined> {
    return unlessMissing(readStat(localPath(key)));
  }

  const stage: BlobStore['stage'] = async (key, bytes, { maxBytes, signal }) => {
    const target = localPath(key);
    const staged = createStagingPath();
    const discard = () => rm(staged, { force: true });
    try {
      const size = await writeNewFile(staged, abortable(bytes, signal), maxBytes);
      if (size !== undefined) return { size, commit: () => renameDurably(staged, target), discard };
    } catch (error) {
      await discard();
      throw error;
    }
    await discard();
    return tooLarge(maxBytes);
  };

  return {
    stage,
    write: createWrite(stage),
    moveIn: (key, path) => moveAll({ [key]: path }),
    moveAll,

    stat,
    read: async (key, range) => unlessMissing(readFileAsStream(localPath(key), range)),

    async withLocalFile(key, use, signal) {
      signal?.throwIfAborted();
      const found = await stat(key);
      return found && use({ path: localPath(key), size: found.size, version: found.version });
    },
    remove: async (key) => rm(localPath(key), { force: true }),
    removeFolder: async (folder) => rm(localPath(folder), { recursive: true, force: true }),
    list: (folder) => listNames(localPath(folder)),
    prepare: async (key) => probeWrite(root, minFreeBytes, createStagingPath(), dirname(localPath(key))),
    check: () => probeWrite(root, minFreeBytes, createStagingPath(), root),
    removeAbandonedWrites: (before) => removeOldFiles(join(root, stagingFolder), before),
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

/** Removes the files of a directory that have not changed since a moment. @returns how many */
async function removeOldFiles(directory: string, before: Date): Promise<number> {
  let removed = 0;
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await unlessMissing(readStat(path));
    if (found === undefined || found.modifiedAt >= before) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

/** @returns undefined if the path is not a file; rejects if it does not exist */
async function readStat(path: string): Promise<BlobStat | undefined> {
  const found = await stat(path, { bigint: true });
  if (!found.isFile()) return undefined;
  const { ino, size, mtime, mtimeNs, ctimeNs } = found;
  const version = [ino, size, mtimeNs, ctimeNs].map((number) => number.toString(36)).join('-');
  return { size: Number(size), modifiedAt: mtime, version };
}

/** @returns undefined if the promise is rejected because a file does not exist */
async function unlessMissing<Value>(found: Promise<Value>): Promise<Value | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}
