import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure } from '@restage/errors';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/blob-store.ts';
import { openS3Store } from '../../src/open-s3-store.ts';
import type { S3StoreOptions } from '../../src/s3/create-s3-store.ts';
import { chunks } from '../support/describe-blob-store.ts';
import { listBucket, openTestBlobStore } from '../support/s3-bucket.ts';
import type { S3Fault } from '../support/s3-proxy.ts';

const timeouts = {
  connectMs: 1000,
  requestMs: 3000,
  partMs: 5000,
  checkMs: 2000,
  idleMs: 500,
  retryMs: 20,
} satisfies S3StoreOptions['timeouts'];
const { store, proxy, options, close } = await openTestBlobStore({ timeouts });
afterAll(close);
beforeEach(() => {
  proxy.fault = undefined;
});

const megabyte = 1024 * 1024;
const maxBytes = 2 ** 30;
const long = () => chunks(...Array.from({ length: 9 }, () => randomBytes(megabyte)));

async function readNames({ list }: BlobStore): Promise<string[]> {
  const names: string[] = [];
  for await (const name of list('uploads')) names.push(name);
  return names;
}

describe.each<[fault: S3Fault, error: RegExp]>([
  ['forbidden', /AccessDenied|Unknown \(status 403\)/],
  ['gone', /NoSuchBucket|NotFound/],
  ['full', /InternalError|\(status 500\)/],
  ['hanging', /Timeout|ETIMEDOUT/],
])('while the bucket is %s', (fault, error) => {
  test('every operation throws in bounded time, and works again afterwards', async () => {
    await store.write('uploads/kept', chunks('kept'), { maxBytes });
    proxy.fault = fault;
    const operations = [
      () => store.write('uploads/a', chunks('x'), { maxBytes }),
      () => store.write('uploads/a', long(), { maxBytes }),
      () => store.stat('uploads/kept'),
      () => store.stat('uploads/none'),
      () => store.read('uploads/kept'),
      () => store.withLocalFile('uploads/kept', async () => 'lent'),
      () => store.remove('uploads/kept'),
      () => store.removeFolder('uploads'),
      () => readNames(store),
      () => store.prepare('uploads/a'),
      () => store.check(),
      () => store.removeAbandonedWrites(new Date()),
    ];
    const outcomes = await Promise.allSettled(operations.map((operation) => operation()));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'S3Error' } });
      expect(String(outcome.status === 'rejected' && outcome.reason)).toMatch(error);
    }
    proxy.fault = undefined;
    expect(await new Response(await store.read('uploads/kept')).text()).toBe('kept');
    await store.check();
  });
});

test('a request that S3 can not serve for a moment succeeds at its second attempt', async () => {
  // The store above has used up its retries: the SDK makes fewer while nothing succeeds.
  const fresh = await openS3Store(options);
  let failed = 0;
  proxy.fault = () => {
    failed += 1;
    return failed === 1 ? 'full' : undefined;
  };
  expect(await fresh.write('uploads/retried', chunks('x'), { maxBytes })).toEqual({ size: 1 });
  expect(failed).toBe(2);
});

test('a request that S3 refuses to serve is sent four times', async () => {
  const fresh = await openS3Store(options);
  proxy.requests.length = 0;
  proxy.fault = 'full';
  await expect(fresh.write('uploads/refused', chunks('x'), { maxBytes })).rejects.toThrow(
    'S3 PutObject failed',
  );
  expect(proxy.requests).toHaveLength(4);
});

test('a download whose bytes stop coming fails', async () => {
  await store.write('outputs/stalled', long(), { maxBytes });
  proxy.fault = 'slow';
  const reading = await store.read('outputs/stalled');
  await expect(new Response(reading).arrayBuffer()).rejects.toThrow('no bytes within 500 ms');
  await expect(store.withLocalFile('outputs/stalled', async () => 'lent')).rejects.toThrow('no bytes');
});

test('a reader that is slow gets all bytes', async () => {
  await store.write('outputs/stalled', long(), { maxBytes });
  const reader = (await store.read('outputs/stalled'))?.getReader();
  let size = (await reader?.read())?.value?.byteLength ?? 0;
  await sleep(2 * timeouts.idleMs);
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read())
    size += next.value.byteLength;
  expect(size).toBe(9 * megabyte);
});

test('an upload that can not be aborted is removed with the abandoned writes', async () => {
  const before = await listBucket(options);
  proxy.fault = (method) => (method === 'DELETE' ? 'full' : undefined);
  const source = chunks(...Array.from({ length: 9 }, () => randomBytes(megabyte)), new Error('gone'));
  await expect(store.write('uploads/left', source, { maxBytes })).rejects.toThrow('gone');
  expect(await listBucket(options)).toEqual([...before, 'upload of restage/uploads/left'].toSorted());
  proxy.fault = undefined;
  expect(await store.removeAbandonedWrites(new Date(Date.now() + 1000))).toBe(1);
  expect(await listBucket(options)).toEqual(before);
});

test('an upload whose parts are refused is aborted', async () => {
  const before = await listBucket(options);
  proxy.fault = (method) => (method === 'PUT' ? 'full' : undefined);
  await expect(store.stage('uploads/full', long(), { maxBytes })).rejects.toThrow('S3 UploadPart failed');
  proxy.fault = undefined;
  expect(await listBucket(options)).toEqual(before);
});

test('a commit that fails throws, keeps the old blob and leaves nothing once discarded', async () => {
  await store.write('uploads/kept', chunks('old'), { maxBytes });
  const before = await listBucket(options);
  for (const source of [chunks('new'), long()]) {
    const staged = await store.stage('uploads/kept', source, { maxBytes });
    if (isFailure(staged)) throw new Error(staged.message);
    proxy.fault = 'full';
    await expect(staged.commit()).rejects.toThrow(/^S3 .* failed/);
    proxy.fault = undefined;
    await staged.discard();
    expect(await new Response(await store.read('uploads/kept')).text()).toBe('old');
    expect(await listBucket(options)).toEqual(before);
  }
});

test('a signed download serves the blob with the given headers, and only a store that was told to signs them', async () => {
  expect(store.signDownload).toBeUndefined();
  const direct = await openS3Store({ ...options, hasDirectDownloads: true });
  await direct.write('outputs/render.png', chunks('pixels'), { maxBytes });
  const url = await direct.signDownload?.('outputs/render.png', {
    contentType: 'image/png',
    contentDisposition: 'inline; filename="a.png"',
  });
  const response = await fetch(url ?? '', { headers: { range: 'bytes=2-4' } });
  expect(response.status).toBe(206);
  expect(await response.text()).toBe('xel');
  expect(response.headers.get('content-type')).toBe('image/png');
  expect(response.headers.get('content-disposition')).toBe('inline; filename="a.png"');
  expect(new URL(url ?? '').searchParams.get('X-Amz-Expires')).toBe('3600');
  await expect(
    direct.signDownload?.('../secret', { contentType: 'a/b', contentDisposition: 'inline' }),
  ).rejects.toThrow('not a blob key');
});
