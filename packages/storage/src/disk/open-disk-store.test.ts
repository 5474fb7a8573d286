import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chunks, describeBlobStore } from '../../test/support/describe-blob-store.ts';
import type { BlobStore } from '../blob-store.ts';
import { openDiskStore } from './open-disk-store.ts';

let directory: string;
let store: BlobStore;
const maxBytes = 1024 * 1024;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'restage-blobs-'));
  store = await openDiskStore(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The names of all files under a directory: blobs, and whatever else was left. */
async function files(root = directory): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).toSorted();
}

describeBlobStore('the disk', async () => {
  const root = await mkdtemp(join(tmpdir(), 'restage-blobs-'));
  return {
    store: await openDiskStore(root),
    files: () => files(root),
    close: () => rm(root, { recursive: true, force: true }),
  };
});

describe('read', () => {
  test.runIf(process.platform === 'linux')(
    'closes the file when the stream is cancelled or read to its end',
    async () => {
      const open = async () => (await readdir('/proc/self/fd')).length;
      await store.write('outputs/large', chunks(randomBytes(600_000)), { maxBytes });
      const before = await open();
      const cancelled = await store.read('outputs/large');
      const reader = cancelled?.getReader();
      expect(await reader?.read()).toMatchObject({ done: false });
      await reader?.cancel();
      await (await store.read('outputs/large'))?.cancel();
      await new Response(await store.read('outputs/large', { start: 5, end: 500_000 })).text();
      expect(await open()).toBe(before);
    },
  );

  test('throws when the key is a directory', async () => {
    await expect(new Response(await store.read('outputs')).text()).rejects.toThrow();
  });
});

describe('list', () => {
  test('leaves out files of the store itself', async () => {
    await writeFile(join(directory, 'outputs', '.probe-0'), 'no blob');
    const names: string[] = [];
    for await (const name of store.list('outputs')) names.push(name);
    expect(names).toEqual(['large']);
  });
});

describe('openDiskStore', () => {
  test('throws when the directory can not be created', async () => {
    await writeFile(join(directory, 'file'), 'x');
    await expect(openDiskStore(join(directory, 'file', 'blobs'))).rejects.toThrow('ENOTDIR');
  });
});

describe('prepare and check', () => {
  test('throw when fewer than minFreeBytes are free', async () => {
    const full = await openDiskStore(directory, { minFreeBytes: Number.MAX_SAFE_INTEGER });
    await expect(full.prepare('uploads/next')).rejects.toThrow('full');
    await expect(full.check()).rejects.toThrow('full');
  });

  test('throw when the directory is gone', async () => {
    const gone = join(directory, 'gone');
    const doomed = await openDiskStore(gone);
    await rm(gone, { recursive: true });
    await expect(doomed.check()).rejects.toThrow('ENOENT');
    await expect(doomed.write('a', chunks('x'), { maxBytes })).rejects.toThrow('ENOENT');
  });
});

// Only root can mount the small file systems that these need.
describe.runIf(process.platform === 'linux' && process.geteuid?.() === 0)(
  'on a file system of its own',
  () => {
    let small: string;
    const mount = (...options: string[]) => {
      try {
        execFileSync('mount', ['-t', 'tmpfs', ...options, 'tmpfs', small], { stdio: 'pipe' });
        return true;
      } catch {
        return false;
      }
    };

    beforeAll(async () => {
      small = await mkdtemp(join(tmpdir(), 'restage-small-'));
    });
    afterAll(async () => {
      await rm(small, { recursive: true, force: true });
    });

    test('a write to a full disk throws, keeps the old blob and leaves no file; moveIn from another file system copies', async (context) => {
      if (!mount('-o', 'size=1m')) return context.skip('this root may not mount');
      try {
        const tiny = await openDiskStore(small, { minFreeBytes: 0 });
        await tiny.write('uploads/a', chunks('old'), { maxBytes });
        const parts = Array.from({ length: 40 }, () => randomBytes(100_000));
        await expect(tiny.write('uploads/a', chunks(...parts), { maxBytes: 2 ** 30 })).rejects.toThrow(
          'ENOSPC',
        );
        expect(await files(small)).toEqual(['a']);

        const elsewhere = join(directory, 'elsewhere.bin');
        await writeFile(elsewhere, randomBytes(300_000));
        await tiny.moveIn('outputs/moved', elsewhere);
        expect((await tiny.stat('outputs/moved'))?.size).toBe(300_000);
        await expect(stat(elsewhere)).rejects.toThrow('ENOENT');

        await writeFile(elsewhere, randomBytes(900_000));
        await expect(tiny.moveIn('outputs/too-large', elsewhere)).rejects.toThrow('ENOSPC');
        expect((await stat(elsewhere)).size).toBe(900_000);
        expect(await files(small)).toEqual(['a', 'moved']);

        const reserved = await openDiskStore(small);
        await expect(reserved.check()).rejects.toThrow('full');
      } finally {
        execFileSync('umount', [small]);
      }
    });

    test('a read-only disk throws', async (context) => {
      if (!mount('-o', 'size=1m')) return context.skip('this root may not mount');
      try {
        await mkdir(join(small, 'uploads'));
        const frozen = await openDiskStore(small, { minFreeBytes: 0 });
        execFileSync('mount', ['-o', 'remount,ro', small]);
        await expect(frozen.check()).rejects.toThrow('EROFS');
        await expect(frozen.prepare('uploads/a')).rejects.toThrow('EROFS');
        await expect(frozen.write('uploads/a', chunks('x'), { maxBytes })).rejects.toThrow('EROFS');
      } finally {
        execFileSync('umount', [small]);
      }
    });
  },
);
