import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import type { BlobStore } from '../../src/blob-store.ts';
import { openS3Store } from '../../src/open-s3-store.ts';
import { chunks, describeBlobStore } from '../support/describe-blob-store.ts';
import { createBucket, listBucket } from '../support/s3-bucket.ts';

const openStore = async () => {
  const { options, close } = await createBucket(inject('restageS3Endpoint'), `restage-${randomUUID()}`);
  return { options, close, store: await openS3Store(options) };
};

describeBlobStore('S3 in SeaweedFS', async () => {
  const { store, options, close } = await openStore();
  return { store, files: () => listBucket(options), close };
});

async function readNames({ list }: BlobStore): Promise<string[]> {
  const names: string[] = [];
  for await (const name of list('folder')) names.push(name);
  return names;
}

test('a folder of more blobs than a page holds is listed and removed completely', async () => {
  const { store, options, close } = await openStore();
  const names = Array.from({ length: 1100 }, (_, index) => `blob-${index}`);
  for (let from = 0; from < names.length; from += 20) {
    const some = names.slice(from, from + 20);
    await Promise.all(some.map((name) => store.write(`folder/${name}`, chunks('x'), { maxBytes: 1 })));
  }
  expect((await readNames(store)).toSorted()).toEqual(names.toSorted());
  await store.removeFolder('folder');
  expect(await readNames(store)).toEqual([]);
  expect(await listBucket(options)).toEqual([]);
  await close();
});

test('a range of one byte at the beginning is one byte', async () => {
  const { store, close } = await openStore();
  await store.write('uploads/digits', chunks('0123456789'), { maxBytes: 10 });
  expect(await new Response(await store.read('uploads/digits', { start: 0, end: 0 })).text()).toBe('0');
  await close();
});
