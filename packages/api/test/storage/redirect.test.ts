import { newId } from '@restage/contract';
import { openS3Store } from '@restage/storage';
import { openTestBucket } from '@restage/storage/testing';
import { openTransports } from '@restage/testing/support';
import { afterAll, expect, test } from 'vitest';

const bucket = await openTestBucket({ hasDirectDownloads: true });
afterAll(bucket.close);
const blobs = await openS3Store(bucket.options);
const { ctx } = await openTransports({ work: false, blobs });
const bytes = Buffer.from('0123456789abcdef');
const id = newId('generation', Date.now(), ctx.random);
const key = `outputs/${id}/1/render.png`;
async function* readBytes() {
  yield bytes;
}
await blobs.write(key, readBytes(), { maxBytes: 100 });
const expiresAt = new Date(Date.now() + 3_600_000);
const sign = (path: string) => ctx.urls.sign({ method: 'GET', path: `/files/${path}`, expiresAt });
const url = sign(key);

const request = (headers: Record<string, string> = {}, method = 'GET') =>
  fetch(url, { method, headers, redirect: 'manual' });

test('GET of an output redirects to a URL of the bucket that is signed for an hour', async () => {
  const response = await request();
  expect(response.status).toBe(302);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const location = new URL(response.headers.get('location') ?? '');
  expect(location.origin).toBe(bucket.proxy.url);
  expect(location.searchParams.get('X-Amz-Expires')).toBe('3600');
});

test('a client that follows gets the bytes or a range, with the type and the name of the output', async () => {
  const whole = await fetch(url);
  expect([whole.status, await whole.text()]).toEqual([200, bytes.toString()]);
  expect(whole.headers.get('content-type')).toBe('image/png');
  expect(whole.headers.get('content-disposition')).toBe(`inline; filename="${id}-render.png"`);
  const part = await fetch(url, { headers: { range: 'bytes=2-5' } });
  expect([part.status, await part.text()]).toEqual([206, '2345']);
});

test('HEAD, 304, 404, 416 and an altered URL are answered without a redirect', async () => {
  const head = await request({}, 'HEAD');
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '16']);
  const etag = head.headers.get('etag') ?? '';
  expect((await request({ 'if-none-match': etag })).status).toBe(304);
  expect((await request({ range: 'bytes=16-' })).status).toBe(416);
  expect((await fetch(`${url}x`, { redirect: 'manual' })).status).toBe(403);
  expect((await fetch(sign(key.replace('render', 'alpha')), { redirect: 'manual' })).status).toBe(404);
});
