import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

async function* chunks(...parts: (string | Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    await tick();
    if (part instanceof Error) throw part;
    yield typeof part === 'string' ? Buffer.from(part) : part;
  }
}

const text = async (key: string, range?: { start: number; end: number }) =>
  new Response(await store.read(key, range)).text();

/** The names of all files under a directory: blobs, and whatever else was left. */
async function files(root = directory): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).toSorted();
}

describe('write', () => {
  test('write stores a stream and returns its size', async () => {
    expect(await store.write('uploads/a', chunks('Hello, ', 'world'), { maxBytes })).toEqual({ size: 12 });
    expect(await text('uploads/a')).toBe('Hello, world');
    expect(await store.stat('uploads/a')).toEqual({ size: 12, modifiedAt: expect.any(Date) });
  });

  test('stores an empty stream', async () => {
    expect(await store.write('uploads/empty', chunks(), { maxBytes })).toEqual({ size: 0 });
    expect(await text('uploads/empty')).toBe('');
  });

  test('accepts exactly maxBytes, and refuses one byte more without leaving a file', async () => {
    const before = await files();
    expect(await store.write('uploads/limit', chunks('12345', '678'), { maxBytes: 8 })).toEqual({ size: 8 });
    const source = chunks('12345', '6789', new Error('is never asked for'));
    expect(await store.write('uploads/over', source, { maxBytes: 8 })).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: 'The body has more than 8 bytes.',
    });
    expect(await source.next()).toEqual({ done: true, value: undefined });
    expect(await store.stat('uploads/over')).toBeUndefined();
    expect(await files()).toEqual([...before, 'limit'].toSorted());
  });

  test('keeps the old blob and leaves no file when the stream throws', async () => {
    await store.write('uploads/broken', chunks('old'), { maxBytes });
    const before = await files();
    const broken = store.write('uploads/broken', chunks('new', new Error('connection reset')), { maxBytes });
    await expect(broken).rejects.toThrow('connection reset');
    expect(await text('uploads/broken')).toBe('old');
    expect(await files()).toEqual(before);
  });

  test('throws at once on abort while the stream is stuck, and leaves no file', async () => {
    const before = await files();
    const controller = new AbortController();
    let isReturned = false;
    const stuck = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          setImmediate(() => controller.abort(new Error('client is gone')));
          return new Promise<IteratorResult<Uint8Array>>(() => {});
        },
        return: async () => {
          isReturned = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const writing = store.write('uploads/stuck', stuck, { maxBytes, signal: controller.signal });
    await expect(writing).rejects.toThrow('client is gone');
    expect(isReturned).toBe(true);
    expect(await files()).toEqual(before);
  });

  test('throws at once when the signal is already aborted', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(store.write('uploads/late', chunks('x'), { maxBytes, signal })).rejects.toThrow('too late');
    expect(await store.stat('uploads/late')).toBeUndefined();
  });

  test('many concurrent writers of one key show a reader the old or the new blob, never a mixture', async () => {
    const bodies = Array.from({ length: 8 }, () => randomBytes(200_000));
    const accepted = new Set(bodies.map((body) => body.toString('base64')));
    const write = (body: Buffer) =>
      store.write('uploads/contended', chunks(body.subarray(0, 100_000), body.subarray(100_000)), {
        maxBytes,
      });
    await write(bodies[0] ?? Buffer.alloc(0));
    let writing = true;
    const all = Promise.all(bodies.map(write)).finally(() => {
      writing = false;
    });
    let reads = 0;
    for (; writing || reads === 0; reads++) {
      const seen = await readFile(store.localPath('uploads/contended'), 'base64');
      expect(accepted.has(seen)).toBe(true);
    }
    await all;
    expect(await readdir(join(directory, '.staging'))).toEqual([]);
  });

  test('streams a large blob in constant memory', async () => {
    const chunk = new Uint8Array(1024 * 1024);
    async function* large() {
      for (let index = 0; index < 256; index++) yield chunk;
    }
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    await store.write('uploads/large', large(), { maxBytes: 2 ** 30 });
    clearInterval(watch);
    expect((await store.stat('uploads/large'))?.size).toBe(256 * 1024 * 1024);
    expect(peak - before).toBeLessThan(64 * 1024 * 1024);
    await store.remove('uploads/large');
  });
});

describe('keys', () => {
  test.each([
    '',
    '/',
    '..',
    '.',
    'uploads/../../etc/passwd',
    'uploads/..',
    '/etc/passwd',
    'uploads//a',
    'uploads/a/',
    'uploads/./a',
    '.staging/a',
    'uploads/.hidden',
    'uploads/a\0b',
    'uploads/a\\..\\b',
    'uploads/%2e%2e',
    'uploads/a\nb',
    'uploads/ａ',
    'C:\\a',
    `uploads/${'a'.repeat(201)}`,
    'a/b/c/d/e/f/g/h/i',
  ])('%j throws in every operation and changes no file', async (key) => {
    const before = await files();
    expect(() => store.localPath(key)).toThrow('not a blob key');
    await expect(store.write(key, chunks('x'), { maxBytes })).rejects.toThrow('not a blob key');
    await expect(store.moveIn(key, join(directory, 'uploads', 'a'))).rejects.toThrow('not a blob key');
    await expect(store.stat(key)).rejects.toThrow('not a blob key');
    await expect(store.read(key)).rejects.toThrow('not a blob key');
    await expect(store.remove(key)).rejects.toThrow('not a blob key');
    await expect(store.prepare(key)).rejects.toThrow('not a blob key');
    await expect(store.removeFolder(key)).rejects.toThrow('not a blob key');
    expect(() => store.list(key)).toThrow('not a blob key');
    expect(await files()).toEqual(before);
  });
});

describe('read', () => {
  beforeAll(async () => {
    await store.write('outputs/swx_1/digits', chunks('0123456789'), { maxBytes });
  });

  test.each([
    [{ start: 0, end: 0 }, '0'],
    [{ start: 3, end: 5 }, '345'],
    [{ start: 9, end: 9 }, '9'],
    [{ start: 8, end: 99 }, '89'],
    [{ start: 10, end: 20 }, ''],
  ])('returns the bytes of %j, both ends included', async (range, expected) => {
    expect(await text('outputs/swx_1/digits', range)).toBe(expected);
  });

  test('returns all of a large blob', async () => {
    const body = randomBytes(3_000_001);
    await store.write('outputs/large', chunks(body), { maxBytes: 4_000_000 });
    const read = Buffer.from(await new Response(await store.read('outputs/large')).arrayBuffer());
    expect(read.equals(body)).toBe(true);
  });

  test('continues with the old blob when it is replaced or removed', async () => {
    await store.write('outputs/replaced', chunks('old'), { maxBytes });
    const reading = await store.read('outputs/replaced');
    await store.write('outputs/replaced', chunks('new'), { maxBytes });
    await store.remove('outputs/replaced');
    expect(await new Response(reading).text()).toBe('old');
  });

  test.runIf(process.platform === 'linux')(
    'closes the file when the stream is cancelled or read to its end',
    async () => {
      const open = async () => (await readdir('/proc/self/fd')).length;
      const before = await open();
      const cancelled = await store.read('outputs/large');
      const reader = cancelled?.getReader();
      expect(await reader?.read()).toMatchObject({ done: false });
      await reader?.cancel();
      await (await store.read('outputs/large'))?.cancel();
      await text('outputs/large', { start: 5, end: 500_000 });
      expect(await open()).toBe(before);
    },
  );

  test('returns undefined when there is no such blob, and throws when the key is a directory', async () => {
    expect(await store.read('outputs/none')).toBeUndefined();
    expect(await store.read('outputs/swx_1/digits/none')).toBeUndefined();
    await expect(text('outputs/swx_1')).rejects.toThrow();
  });
});

describe('moveIn and moveAll', () => {
  test('moveIn moves a local file into the store and replaces an existing blob', async () => {
    const path = join(directory, 'rendered.png');
    await writeFile(path, 'pixels');
    await store.write('outputs/swx_2/render.png', chunks('old'), { maxBytes });
    await store.moveIn('outputs/swx_2/render.png', path);
    expect(await text('outputs/swx_2/render.png')).toBe('pixels');
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  test('moveAll moves several files into one folder', async () => {
    const names = ['render.png', 'source.png', 'alpha.png'];
    for (const name of names) await writeFile(join(directory, name), name);
    await store.moveAll(
      Object.fromEntries(names.map((name) => [`outputs/swx_3/1/${name}`, join(directory, name)])),
    );
    for (const name of names) {
      expect(await text(`outputs/swx_3/1/${name}`)).toBe(name);
      await expect(stat(join(directory, name))).rejects.toThrow('ENOENT');
    }
  });

  test('moveIn throws ENOENT for a file that does not exist', async () => {
    await expect(store.moveIn('outputs/x', join(directory, 'nothing'))).rejects.toThrow('ENOENT');
  });
});

describe('stat and remove', () => {
  test('stat returns undefined for a missing blob, and remove does nothing', async () => {
    expect(await store.stat('uploads/none')).toBeUndefined();
    expect(await store.stat('uploads/a/beneath')).toBeUndefined();
    expect(await store.stat('uploads')).toBeUndefined();
    await store.remove('uploads/none');
    await store.write('uploads/removed', chunks('x'), { maxBytes });
    await store.remove('uploads/removed');
    await store.remove('uploads/removed');
    expect(await store.stat('uploads/removed')).toBeUndefined();
  });
});

describe('a folder', () => {
  async function names(folder: string): Promise<string[]> {
    const found: string[] = [];
    for await (const name of store.list(folder)) found.push(name);
    return found;
  }

  test('is listed by the names directly beneath it, of blobs and folders', async () => {
    for (const key of ['folder/a', 'folder/b/c', 'folder/b/d/e', 'folders/f']) {
      await store.write(key, chunks('x'), { maxBytes });
    }
    await writeFile(join(directory, 'folder', '.probe-0'), 'no blob');
    expect((await names('folder')).toSorted()).toEqual(['a', 'b']);
    expect((await names('folder/b')).toSorted()).toEqual(['c', 'd']);
    expect(await names('nothing')).toEqual([]);
  });

  test('removeFolder removes everything under the folder and nothing else', async () => {
    await store.removeFolder('folder/b');
    expect(await store.stat('folder/b/d/e')).toBeUndefined();
    expect(await names('folder')).toEqual(['a']);
    await store.removeFolder('folder');
    expect(await names('folder')).toEqual([]);
    expect(await text('folders/f')).toBe('x');
    await store.removeFolder('folder');
  });
});

describe('openDiskStore', () => {
  test('removes staging files that have not changed for an hour, and keeps the others', async () => {
    const staging = join(directory, '.staging');
    await writeFile(join(staging, 'stale'), 'x');
    await utimes(join(staging, 'stale'), new Date(), new Date(Date.now() - 3_700_000));
    await writeFile(join(staging, 'fresh'), 'x');
    await openDiskStore(directory);
    expect(await readdir(staging)).toEqual(['fresh']);
    await rm(join(staging, 'fresh'));
  });

  test('throws when the directory can not be created', async () => {
    await writeFile(join(directory, 'file'), 'x');
    await expect(openDiskStore(join(directory, 'file', 'blobs'))).rejects.toThrow('ENOTDIR');
  });
});

describe('prepare and check', () => {
  test('pass on a writable store, and leave no file', async () => {
    const before = await files();
    await store.prepare('uploads/next');
    await store.check();
    expect(await files()).toEqual(before);
  });

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
