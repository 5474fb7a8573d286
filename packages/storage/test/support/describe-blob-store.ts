import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import { isFailure } from '@restage/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/blob-store.ts';

/** A store that is empty and that nobody else uses. */
export interface TestStore {
  readonly store: BlobStore;
  /** Lists what the store holds, in order: the last segment of each blob's key, and what writes left behind. */
  files(): Promise<string[]>;
  close(): Promise<void>;
}

const maxBytes = 1024 * 1024;
const megabyte = 1024 * 1024;

/** Yields these parts, each in a turn of its own; throws the errors among them. */
export async function* chunks(...parts: (string | Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    await tick();
    if (part instanceof Error) throw part;
    yield typeof part === 'string' ? Buffer.from(part) : part;
  }
}

/**
 * What every storage must do: the contract that `BlobStore` describes.
 * @param largeMegabytes the size of the blob that must be written with half as much memory
 */
export function describeBlobStore(name: string, open: () => Promise<TestStore>, largeMegabytes = 256): void {
  describe(name, () => {
    let opened: TestStore;
    let store: BlobStore;
    let directory: string;
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'restage-contract-'));
      opened = await open();
      store = opened.store;
    });
    afterAll(async () => {
      await opened.close();
      await rm(directory, { recursive: true, force: true });
    });

    const files = () => opened.files();
    const text = async (key: string, range?: { start: number; end: number }) =>
      new Response(await store.read(key, range)).text();
    const localFile = async (file: string, bytes: string) => {
      const path = join(directory, file);
      await writeFile(path, bytes);
      return path;
    };
    /** A stream of more bytes than a store sends in one request. */
    const long = (...rest: Parameters<typeof chunks>) =>
      chunks(...Array.from({ length: 9 }, () => randomBytes(megabyte)), ...rest);

    describe('write', () => {
      test('stores a stream and returns its size', async () => {
        expect(await store.write('uploads/a', chunks('Hello, ', 'world'), { maxBytes })).toEqual({
          size: 12,
        });
        expect(await text('uploads/a')).toBe('Hello, world');
        expect(await store.stat('uploads/a')).toEqual({
          size: 12,
          modifiedAt: expect.any(Date),
          version: expect.stringMatching(/^[\w-]+$/),
        });
      });

      test('stores an empty stream', async () => {
        expect(await store.write('uploads/empty', chunks(), { maxBytes })).toEqual({ size: 0 });
        expect(await text('uploads/empty')).toBe('');
        expect(await store.stat('uploads/empty')).toMatchObject({ size: 0 });
      });

      test('accepts exactly maxBytes, and refuses one byte more without leaving a file', async () => {
        const before = await files();
        expect(await store.write('uploads/limit', chunks('12345', '678'), { maxBytes: 8 })).toEqual({
          size: 8,
        });
        const source = chunks('12345', '6789', new Error('is never asked for'));
        expect(await store.write('uploads/over', source, { maxBytes: 8 })).toMatchObject({
          code: 'PAYLOAD_TOO_LARGE',
          message: 'The body has more than 8 bytes.',
        });
        expect(await source.next()).toEqual({ done: true, value: undefined });
        expect(await store.stat('uploads/over')).toBeUndefined();
        expect(await files()).toEqual([...before, 'limit'].toSorted());
      });

      test('refuses a long stream at the byte over its limit, and leaves no file', async () => {
        const before = await files();
        const written = store.write('uploads/long', long('x'), { maxBytes: 9 * megabyte });
        expect(await written).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
        expect(await files()).toEqual(before);
      });

      test('keeps the old blob and leaves no file when the stream throws, early or late', async () => {
        await store.write('uploads/broken', chunks('old'), { maxBytes });
        const before = await files();
        for (const source of [
          chunks('new', new Error('connection reset')),
          long(new Error('connection reset')),
        ]) {
          const broken = store.write('uploads/broken', source, { maxBytes: 2 ** 30 });
          await expect(broken).rejects.toThrow('connection reset');
          expect(await text('uploads/broken')).toBe('old');
          expect(await files()).toEqual(before);
        }
      });

      test('throws at once on abort while the stream is stuck, and leaves no file', async () => {
        const before = await files();
        for (const sent of [0, 9]) {
          const controller = new AbortController();
          let [left, isReturned] = [sent, false];
          const stuck = {
            [Symbol.asyncIterator]: () => ({
              next: async (): Promise<IteratorResult<Uint8Array>> => {
                left -= 1;
                if (left >= 0) return { done: false, value: randomBytes(megabyte) };
                setImmediate(() => controller.abort(new Error('client is gone')));
                return new Promise(() => {});
              },
              return: async () => {
                isReturned = true;
                return { done: true as const, value: undefined };
              },
            }),
          };
          const options = { maxBytes: 2 ** 30, signal: controller.signal };
          await expect(store.write('uploads/stuck', stuck, options)).rejects.toThrow('client is gone');
          expect(isReturned).toBe(true);
          expect(await files()).toEqual(before);
        }
      });

      test('throws at once when the signal is already aborted', async () => {
        const signal = AbortSignal.abort(new Error('too late'));
        await expect(store.write('uploads/late', chunks('x'), { maxBytes, signal })).rejects.toThrow(
          'too late',
        );
        expect(await store.stat('uploads/late')).toBeUndefined();
      });

      test('many concurrent writers of one key show a reader the old or the new blob, never a mixture', async () => {
        const before = await files();
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
          const seen = await new Response(await store.read('uploads/contended')).arrayBuffer();
          expect(accepted.has(Buffer.from(seen).toString('base64'))).toBe(true);
        }
        await all;
        expect(await files()).toEqual([...before, 'contended'].toSorted());
      });

      test('streams a large blob in constant memory', async () => {
        const chunk = new Uint8Array(megabyte);
        async function* large() {
          for (let index = 0; index < largeMegabytes; index++) yield chunk;
        }
        const before = process.memoryUsage().rss;
        let peak = before;
        const watch = setInterval(() => {
          peak = Math.max(peak, process.memoryUsage().rss);
        }, 5);
        await store.write('uploads/large', large(), { maxBytes: 2 ** 30 });
        clearInterval(watch);
        expect((await store.stat('uploads/large'))?.size).toBe(largeMegabytes * megabyte);
        expect(peak - before).toBeLessThan((largeMegabytes * megabyte) / 2);
        await store.remove('uploads/large');
      });
    });

    describe('stage', () => {
      const stage = async (source: AsyncIterable<Uint8Array>) => {
        const staged = await store.stage('uploads/staged', source, { maxBytes: 2 ** 30 });
        if (isFailure(staged)) throw new Error(staged.message);
        return staged;
      };

      test('changes the blob at the commit and not before, and a later discard does nothing', async () => {
        await store.write('uploads/staged', chunks('old'), { maxBytes });
        for (const [source, size] of [
          [chunks('new'), 3],
          [long(), 9 * megabyte],
        ] as const) {
          const before = await store.stat('uploads/staged');
          const staged = await stage(source);
          expect(staged.size).toBe(size);
          expect(await store.stat('uploads/staged')).toEqual(before);
          await staged.commit();
          await staged.discard();
          const after = await store.stat('uploads/staged');
          expect(after?.size).toBe(size);
          expect(after?.version).not.toBe(before?.version);
        }
      });

      test('leaves nothing once it is discarded', async () => {
        const before = await files();
        for (const source of [chunks('new'), long()]) {
          const staged = await stage(source);
          await staged.discard();
          await staged.discard();
          expect(await files()).toEqual(before);
        }
      });
    });

    test('removeAbandonedWrites removes what is older than the moment, and nothing else', async () => {
      const before = await files();
      const abandoned = await store.stage('uploads/abandoned', long(), { maxBytes: 2 ** 30 });
      if (isFailure(abandoned)) throw new Error(abandoned.message);
      expect(await store.removeAbandonedWrites(new Date(Date.now() - 60_000))).toBe(0);
      expect(await files()).not.toEqual(before);
      expect(await store.removeAbandonedWrites(new Date(Date.now() + 60_000))).toBe(1);
      expect(await files()).toEqual(before);
      await expect(abandoned.commit()).rejects.toThrow();
      expect(await store.stat('uploads/abandoned')).toBeUndefined();
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
        '.probe',
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
        const path = await localFile('moved', 'x');
        const refused = 'not a blob key';
        await expect(store.write(key, chunks('x'), { maxBytes })).rejects.toThrow(refused);
        await expect(store.stage(key, chunks('x'), { maxBytes })).rejects.toThrow(refused);
        await expect(store.moveIn(key, path)).rejects.toThrow(refused);
        await expect(store.stat(key)).rejects.toThrow(refused);
        await expect(store.read(key)).rejects.toThrow(refused);
        await expect(store.withLocalFile(key, async () => 1)).rejects.toThrow(refused);
        await expect(store.remove(key)).rejects.toThrow(refused);
        await expect(store.prepare(key)).rejects.toThrow(refused);
        await expect(store.removeFolder(key)).rejects.toThrow(refused);
        expect(() => store.list(key)).toThrow(refused);
        expect(await files()).toEqual(before);
      });
    });

    describe('read', () => {
      beforeAll(async () => {
        await store.write('outputs/swx_1/digits', chunks('0123456789'), { maxBytes });
      });

      test.each([
        [{ start: 0, end: 1 }, '01'],
        [{ start: 3, end: 5 }, '345'],
        [{ start: 9, end: 9 }, '9'],
        [{ start: 8, end: 99 }, '89'],
        [{ start: 10, end: 20 }, ''],
      ])('returns the bytes of %j, both ends included', async (range, expected) => {
        expect(await text('outputs/swx_1/digits', range)).toBe(expected);
      });

      test('returns all of a large blob, whole and in ranges', async () => {
        const body = randomBytes(10_000_001);
        await store.write('outputs/large', chunks(body), { maxBytes: 2 ** 30 });
        const read = Buffer.from(await new Response(await store.read('outputs/large')).arrayBuffer());
        expect(read.equals(body)).toBe(true);
        const range = { start: 8_000_000, end: 9_000_000 };
        const part = Buffer.from(await new Response(await store.read('outputs/large', range)).arrayBuffer());
        expect(part.equals(body.subarray(8_000_000, 9_000_001))).toBe(true);
      });

      test('continues with the old blob when it is replaced or removed', async () => {
        await store.write('outputs/replaced', chunks('old'), { maxBytes });
        const reading = await store.read('outputs/replaced');
        await store.write('outputs/replaced', chunks('new'), { maxBytes });
        await store.remove('outputs/replaced');
        expect(await new Response(reading).text()).toBe('old');
      });

      test('can be cancelled before and amid the bytes', async () => {
        await (await store.read('outputs/large'))?.cancel();
        const reader = (await store.read('outputs/large'))?.getReader();
        expect(await reader?.read()).toMatchObject({ done: false });
        await reader?.cancel();
      });

      test('returns undefined when there is no such blob', async () => {
        expect(await store.read('outputs/none')).toBeUndefined();
        expect(await store.read('outputs/none', { start: 0, end: 5 })).toBeUndefined();
        expect(await store.read('outputs/swx_1/digits/none')).toBeUndefined();
      });
    });

    describe('withLocalFile', () => {
      test('lends a file with the bytes, size and version of the blob, and gives back what is returned', async () => {
        await store.write('uploads/lent', chunks('bytes'), { maxBytes });
        const lent = await store.withLocalFile('uploads/lent', async ({ path, size, version }) => ({
          bytes: await readFile(path, 'utf8'),
          size,
          version,
        }));
        const found = await store.stat('uploads/lent');
        expect(lent).toEqual({ bytes: 'bytes', size: 5, version: found?.version });
        expect(await text('uploads/lent')).toBe('bytes');
      });

      test('throws what is thrown, and lends the file again afterwards', async () => {
        const failing = store.withLocalFile('uploads/lent', async () => {
          throw new Error('no render');
        });
        await expect(failing).rejects.toThrow('no render');
        expect(await store.withLocalFile('uploads/lent', async () => 'lent')).toBe('lent');
      });

      test('gives undefined for a missing blob, and throws the reason of an aborted signal', async () => {
        const use = async () => 'lent';
        expect(await store.withLocalFile('uploads/none', use)).toBeUndefined();
        const signal = AbortSignal.abort(new Error('stopped'));
        await expect(store.withLocalFile('uploads/lent', use, signal)).rejects.toThrow('stopped');
      });
    });

    describe('moveIn and moveAll', () => {
      test('moveIn moves a local file into the store and replaces an existing blob', async () => {
        const path = await localFile('rendered.png', 'pixels');
        await store.write('outputs/swx_2/render.png', chunks('old'), { maxBytes });
        await store.moveIn('outputs/swx_2/render.png', path);
        expect(await text('outputs/swx_2/render.png')).toBe('pixels');
        await expect(stat(path)).rejects.toThrow('ENOENT');
      });

      test('moveAll moves several files into one folder', async () => {
        const names = ['render.png', 'source.png', 'alpha.png'];
        for (const each of names) await localFile(each, each);
        await store.moveAll(
          Object.fromEntries(names.map((each) => [`outputs/swx_3/1/${each}`, join(directory, each)])),
        );
        for (const each of names) {
          expect(await text(`outputs/swx_3/1/${each}`)).toBe(each);
          await expect(stat(join(directory, each))).rejects.toThrow('ENOENT');
        }
      });

      test('moveIn throws ENOENT for a file that does not exist', async () => {
        await expect(store.moveIn('outputs/x', join(directory, 'nothing'))).rejects.toThrow('ENOENT');
        expect(await store.stat('outputs/x')).toBeUndefined();
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

      test('stat names the moment of the write to the second', async () => {
        const before = Date.now();
        await store.write('uploads/moment', chunks('x'), { maxBytes });
        const { modifiedAt } = (await store.stat('uploads/moment')) ?? {};
        expect(modifiedAt?.getTime()).toBeGreaterThan(before - 2000);
        expect(modifiedAt?.getTime()).toBeLessThan(Date.now() + 2000);
      });
    });

    describe('a folder', () => {
      async function names(folder: string): Promise<string[]> {
        const found: string[] = [];
        for await (const each of store.list(folder)) found.push(each);
        return found;
      }

      /** The keys of the blobs in a folder, at any depth. */
      async function blobs(folder: string): Promise<string[]> {
        const keys: string[] = [];
        for (const each of await names(folder)) {
          const key = `${folder}/${each}`;
          if (await store.stat(key)) keys.push(key);
          else keys.push(...(await blobs(key)));
        }
        return keys;
      }

      test('is listed by the names directly beneath it, of blobs and folders', async () => {
        for (const key of ['folder/a', 'folder/b/c', 'folder/b/d/e', 'folders/f']) {
          await store.write(key, chunks('x'), { maxBytes });
        }
        expect((await names('folder')).toSorted()).toEqual(['a', 'b']);
        expect((await names('folder/b')).toSorted()).toEqual(['c', 'd']);
        expect(await names('nothing')).toEqual([]);
      });

      test('removeFolder removes everything under the folder and nothing else', async () => {
        await store.removeFolder('folder/b');
        expect(await store.stat('folder/b/d/e')).toBeUndefined();
        expect(await blobs('folder')).toEqual(['folder/a']);
        await store.removeFolder('folder');
        expect(await blobs('folder')).toEqual([]);
        expect(await text('folders/f')).toBe('x');
        await store.removeFolder('folder');
      });
    });

    test('prepare and check pass on a writable store, and leave no file', async () => {
      const before = await files();
      await store.prepare('uploads/next');
      await store.check();
      expect(await files()).toEqual(before);
    });
  });
}
