import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BlobStore } from './blob-store.ts';
import { openDiskStore } from './disk.ts';

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

/** All files beneath a directory; the blobs that are, and whatever else was left. */
async function files(root = directory): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).toSorted();
}

describe('write', () => {
  test('stores a stream, and says how many bytes it was', async () => {
    expect(await store.write('uploads/a', chunks('Hello, ', 'world'), { maxBytes })).toEqual({ size: 12 });
    expect(await text('uploads/a')).toBe('Hello, world');
    expect(await store.stat('uploads/a')).toEqual({ size: 12, modifiedAt: expect.any(Date) });
  });

  test('stores an empty stream', async () => {
    expect(await store.write('uploads/empty', chunks(), { maxBytes })).toEqual({ size: 0 });
    expect(await text('uploads/empty')).toBe('');
  });

  test('takes as many bytes as it may and no more, leaving nothing of the refused', async () => {
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

  test('leaves the old blob and nothing else when the stream breaks', async () => {
    await store.write('uploads/broken', chunks('old'), { maxBytes });
    const before = await files();
    const broken = store.write('uploads/broken', chunks('new', new Error('connection reset')), { maxBytes });
    await expect(broken).rejects.toThrow('connection reset');
    expect(await text('uploads/broken')).toBe('old');
    expect(await files()).toEqual(before);
  });

  test('ends at once on abort, though the stream is stuck, and leaves nothing', async () => {
    const before = await files();
    const controller = new AbortController();
    let told = false;
    const stuck = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          setImmediate(() => controller.abort(new Error('client is gone')));
          return new Promise<IteratorResult<Uint8Array>>(() => {});
        },
        return: async () => {
          told = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const writing = store.write('uploads/stuck', stuck, { maxBytes, signal: controller.signal });
    await expect(writing).rejects.toThrow('client is gone');
    expect(told).toBe(true);
    expect(await files()).toEqual(before);
  });

  test('does not begin under a signal that is aborted', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(store.write('uploads/late', chunks('x'), { maxBytes, signal })).rejects.toThrow('too late');
    expect(await store.stat('uploads/late')).toBeUndefined();
  });

  test('shows a reader the old blob or the new one, never a mixture, with many writers of one key', async () => {
    const bodies = Array.from({ length: 8 }, () => randomBytes(200_000));
    const wholes = new Set(bodies.map((body) => body.toString('base64')));
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
      expect(wholes.has(seen)).toBe(true);
    }
    await all;
    expect(await readdir(join(directory, '.arriving'))).toEqual([]);
  });

  test('holds a large stream in constant memory', async () => {
    const piece = new Uint8Array(1024 * 1024);
    async function* large() {
      for (let index = 0; index < 256; index++) yield piece;
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
    '.arriving/a',
    'uploads/.hidden',
    'uploads/a\0b',
    'uploads/a\\..\\b',
    'uploads/%2e%2e',
    'uploads/a\nb',
    'uploads/ａ',
    'C:\\a',
    `uploads/${'a'.repeat(201)}`,
    'a/b/c/d/e/f/g/h/i',
  ])('%j throws in every operation, and touches nothing', async (key) => {
    const before = await files();
    expect(() => store.localPath(key)).toThrow('not a blob key');
    await expect(store.write(key, chunks('x'), { maxBytes })).rejects.toThrow('not a blob key');
    await expect(store.adopt(key, join(directory, 'uploads', 'a'))).rejects.toThrow('not a blob key');
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
  ])('gives the bytes of %j, both ends included', async (range, expected) => {
    expect(await text('outputs/swx_1/digits', range)).toBe(expected);
  });

  test('gives a large blob whole', async () => {
    const body = randomBytes(3_000_001);
    await store.write('outputs/large', chunks(body), { maxBytes: 4_000_000 });
    const read = Buffer.from(await new Response(await store.read('outputs/large')).arrayBuffer());
    expect(read.equals(body)).toBe(true);
  });

  test('goes on with the blob it began with when that is replaced or removed', async () => {
    await store.write('outputs/replaced', chunks('old'), { maxBytes });
    const reading = await store.read('outputs/replaced');
    await store.write('outputs/replaced', chunks('new'), { maxBytes });
    await store.remove('outputs/replaced');
    expect(await new Response(reading).text()).toBe('old');
  });

  test.runIf(process.platform === 'linux')(
    'lets go of the file when it is cancelled, or read to its end',
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

  test('gives nothing when there is no such blob, and throws when the key is a directory', async () => {
    expect(await store.read('outputs/none')).toBeUndefined();
    expect(await store.read('outputs/swx_1/digits/none')).toBeUndefined();
    await expect(text('outputs/swx_1')).rejects.toThrow();
  });
});

describe('adopt', () => {
  test('moves a local file in, over what was there', async () => {
    const path = join(directory, 'rendered.png');
    await writeFile(path, 'pixels');
    await store.write('outputs/swx_2/render.png', chunks('old'), { maxBytes });
    await store.adopt('outputs/swx_2/render.png', path);
    expect(await text('outputs/swx_2/render.png')).toBe('pixels');
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  test('moves several in, side by side', async () => {
    const names = ['render.png', 'source.png', 'alpha.png'];
    for (const name of names) await writeFile(join(directory, name), name);
    await store.adoptAll(
      Object.fromEntries(names.map((name) => [`outputs/swx_3/1/${name}`, join(directory, name)])),
    );
    for (const name of names) {
      expect(await text(`outputs/swx_3/1/${name}`)).toBe(name);
      await expect(stat(join(directory, name))).rejects.toThrow('ENOENT');
    }
  });

  test('throws for a file that is not there', async () => {
    await expect(store.adopt('outputs/x', join(directory, 'nothing'))).rejects.toThrow('ENOENT');
  });
});

describe('stat and remove', () => {
  test('tell of no blob as of none, and remove it again', async () => {
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

  test('is removed with all that is beneath it, and nothing else', async () => {
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
  test('removes arrivals that nothing was written to for an hour, and keeps the others', async () => {
    const arriving = join(directory, '.arriving');
    await writeFile(join(arriving, 'stale'), 'x');
    await utimes(join(arriving, 'stale'), new Date(), new Date(Date.now() - 3_700_000));
    await writeFile(join(arriving, 'fresh'), 'x');
    await openDiskStore(directory);
    expect(await readdir(arriving)).toEqual(['fresh']);
    await rm(join(arriving, 'fresh'));
  });

  test('throws where the directory can not be made', async () => {
    await writeFile(join(directory, 'file'), 'x');
    await expect(openDiskStore(join(directory, 'file', 'blobs'))).rejects.toThrow('ENOTDIR');
  });
});

describe('prepare and check', () => {
  test('pass on a store that takes writes, and leave nothing', async () => {
    const before = await files();
    await store.prepare('uploads/next');
    await store.check();
    expect(await files()).toEqual(before);
  });

  test('throw when less than the reserve is free', async () => {
    const full = await openDiskStore(directory, { reserve: Number.MAX_SAFE_INTEGER });
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

    test('a disk that fills up throws, keeps the old blob and leaves nothing; adopting from elsewhere copies', async (context) => {
      if (!mount('-o', 'size=1m')) return context.skip('this root may not mount');
      try {
        const tiny = await openDiskStore(small, { reserve: 0 });
        await tiny.write('uploads/a', chunks('old'), { maxBytes });
        const pieces = Array.from({ length: 40 }, () => randomBytes(100_000));
        await expect(tiny.write('uploads/a', chunks(...pieces), { maxBytes: 2 ** 30 })).rejects.toThrow(
          'ENOSPC',
        );
        expect(await files(small)).toEqual(['a']);

        const elsewhere = join(directory, 'elsewhere.bin');
        await writeFile(elsewhere, randomBytes(300_000));
        await tiny.adopt('outputs/adopted', elsewhere);
        expect((await tiny.stat('outputs/adopted'))?.size).toBe(300_000);
        await expect(stat(elsewhere)).rejects.toThrow('ENOENT');

        await writeFile(elsewhere, randomBytes(900_000));
        await expect(tiny.adopt('outputs/too-large', elsewhere)).rejects.toThrow('ENOSPC');
        expect((await stat(elsewhere)).size).toBe(900_000);
        expect(await files(small)).toEqual(['a', 'adopted']);

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
        const frozen = await openDiskStore(small, { reserve: 0 });
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
