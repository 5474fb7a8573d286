import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BlobStore } from '../src/blob-store.ts';
import { copyBlobs } from '../src/copy-blobs.ts';
import { openDiskStore } from '../src/disk/open-disk-store.ts';
import { chunks } from './support/describe-blob-store.ts';
import { openTestBlobStore } from './support/s3-bucket.ts';

const { store: bucket, proxy, close } = await openTestBlobStore({ timeouts: { retryMs: 1 } });
afterAll(close);

let directory: string;
let disk: BlobStore;
const blobs = {
  'uploads/upload_1': 'one',
  'inputs/swx_1/source': 'two',
  'outputs/swx_1/1/render.png': 'three',
  'outputs/swx_1/1/alpha.png': 'four',
};
const folders = ['uploads', 'inputs', 'outputs'];
const put = (store: BlobStore, key: string, text: string) =>
  store.write(key, chunks(text), { maxBytes: 100 });
const get = async (key: string) => new Response(await bucket.read(key)).text();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'restage-copy-'));
  disk = await openDiskStore(directory);
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(async () => {
  proxy.fault = undefined;
  for (const folder of folders) {
    await bucket.removeFolder(folder);
    await disk.removeFolder(folder);
  }
  for (const [key, text] of Object.entries(blobs)) await put(disk, key, text);
});

test('a copy sends every blob and keeps the originals, and a repeated copy sends nothing', async () => {
  expect(await copyBlobs(disk, bucket, { folders })).toEqual({
    copied: 4,
    unchanged: 0,
    bytes: 15,
    failed: [],
  });
  for (const [key, text] of Object.entries(blobs)) {
    expect(await get(key)).toBe(text);
    expect(await disk.stat(key)).toBeDefined();
  }
  for (const newOnly of [false, true]) {
    proxy.requests.length = 0;
    const again = await copyBlobs(disk, bucket, { folders, newOnly });
    expect(again).toEqual({ copied: 0, unchanged: 4, bytes: 0, failed: [] });
    expect(proxy.requests.filter((request) => request.startsWith('PUT'))).toEqual([]);
  }
});

test('a copy that was interrupted is completed by the next one', async () => {
  let puts = 0;
  proxy.fault = (method) => {
    if (method === 'PUT') puts += 1;
    return method === 'PUT' && puts > 2 ? 'full' : undefined;
  };
  await expect(copyBlobs(disk, bucket, { folders })).rejects.toThrow('S3 PutObject failed');
  proxy.fault = undefined;
  const { copied, unchanged, failed } = await copyBlobs(disk, bucket, { folders });
  expect([copied + unchanged, failed]).toEqual([4, []]);
  expect(unchanged).toBeGreaterThanOrEqual(1);
  for (const [key, text] of Object.entries(blobs)) expect(await get(key)).toBe(text);
});

test('a blob of the target with other bytes of the same size is replaced', async () => {
  await copyBlobs(disk, bucket, { folders });
  await put(bucket, 'uploads/upload_1', 'bad');
  const earlier = new Date(Date.now() - 60_000);
  await utimes(join(directory, 'uploads', 'upload_1'), earlier, earlier);
  expect(await copyBlobs(disk, bucket, { folders, newOnly: true })).toMatchObject({ copied: 0 });
  expect(await copyBlobs(disk, bucket, { folders })).toMatchObject({ copied: 1, bytes: 3, unchanged: 3 });
  expect(await get('uploads/upload_1')).toBe('one');
});

test('a blob that is read back with other bytes is named as failed', async () => {
  const lossy: BlobStore = {
    ...bucket,
    write: (key, bytes, options) =>
      key.endsWith('alpha.png')
        ? bucket.write(key, chunks('f0ur'), options)
        : bucket.write(key, bytes, options),
  };
  expect(await copyBlobs(disk, lossy, { folders })).toMatchObject({
    copied: 3,
    failed: ['outputs/swx_1/1/alpha.png'],
  });
});
