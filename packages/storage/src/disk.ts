import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, opendir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fail } from '@restage/errors';
import { abortable } from './abortable.ts';
import type { BlobStore } from './blob-store.ts';
import { isSystemError, readFileAsStream, syncPath, writeNewFile } from './files.ts';
import { isName, keyNames } from './key.ts';

export interface DiskStoreOptions {
  /** Bytes that must stay free on the disk; below them the store counts as full. Default 64 MiB. */
  readonly reserve?: number;
}

/** Where blobs are while they arrive: on the same file system, under a name that no key has. */
const arrivals = '.arriving';

/** Milliseconds for which nothing was written to an arrival before it counts as left behind. */
const staleAfter = 3_600_000;

/**
 * Opens a store in a directory, which is made when it is not there; throws when it can't be. Several processes may
 * have one directory open.
 */
export async function openDiskStore(directory: string, options: DiskStoreOptions = {}): Promise<BlobStore> {
  const root = resolve(directory);
  const { reserve = 64 * 1024 * 1024 } = options;
  await mkdir(join(root, arrivals), { recursive: true, mode: 0o700 });
  await sweep(join(root, arrivals));

  const localPath = (key: string) => join(root, ...keyNames(key));
  const arrivalPath = () => join(root, arrivals, randomBytes(12).toString('hex'));

  async function adoptAll(files: Readonly<Record<string, string>>): Promise<void> {
    const moves = Object.entries(files).map(([key, path]) => ({ path, target: localPath(key) }));
    const directories = [...new Set(moves.map(({ target }) => dirname(target)))];
    await allOver(moves.map(({ path }) => syncPath(path)));
    await allOver(directories.map((each) => mkdir(each, { recursive: true })));
    await allOver(moves.map(({ path, target }) => move(path, arrivalPath(), target)));
    await allOver(directories.map(syncPath));
  }

  return {
    async write(key, bytes, { maxBytes, signal }) {
      const target = localPath(key);
      const arrival = arrivalPath();
      try {
        const size = await writeNewFile(arrival, abortable(bytes, signal), maxBytes);
        if (size === undefined) return fail('PAYLOAD_TOO_LARGE', `The body has more than ${maxBytes} bytes.`);
        await place(arrival, target);
        return { size };
      } finally {
        await rm(arrival, { force: true });
      }
    },

    adopt: (key, path) => adoptAll({ [key]: path }),
    adoptAll,

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
    list: (folder) => namesIn(localPath(folder)),
    prepare: async (key) => rehearse(root, reserve, arrivalPath(), dirname(localPath(key))),
    check: () => rehearse(root, reserve, arrivalPath(), root),
  };
}

/** The names in a directory that keys may have, read as they are asked for. */
async function* namesIn(path: string): AsyncGenerator<string> {
  try {
    for await (const { name } of await opendir(path)) if (isName(name)) yield name;
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

/** Gives a finished file its name, durably. */
async function place(path: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await rename(path, target);
  await syncPath(dirname(target));
}

/** Gives a file of this or another file system its name; from another, nothing can be renamed. */
async function move(path: string, arrival: string, target: string): Promise<void> {
  try {
    await rename(path, target);
  } catch (error) {
    if (!isSystemError(error, 'EXDEV')) throw error;
    await moveCopy(path, arrival, target);
  }
}

async function moveCopy(path: string, arrival: string, target: string): Promise<void> {
  try {
    await copyFile(path, arrival);
    await syncPath(arrival);
    await rename(arrival, target);
  } finally {
    await rm(arrival, { force: true });
  }
  await rm(path);
}

/** Waits until each is over, well or not, and throws what the first threw that did. */
async function allOver(each: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(each)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** Goes through the steps of a write with a file of one byte, and throws where a write would. */
async function rehearse(root: string, reserve: number, arrival: string, directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  if (bavail * bsize < reserve)
    throw new Error(`The blob store is full: fewer than ${reserve} bytes are free.`);
  const placed = join(directory, `.probe-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(directory, { recursive: true });
    await writeNewFile(arrival, oneByte(), 1);
    await rename(arrival, placed);
  } finally {
    await rm(arrival, { force: true });
    await rm(placed, { force: true });
  }
}

async function* oneByte(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1);
}

/** Removes arrivals whose process was killed. */
async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > staleAfter) await rm(path, { force: true });
  }
}
