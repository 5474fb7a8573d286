import { openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { createHttpClient, expectEnvelope } from '../support/http-client.ts';

const server = await openTransports({ work: false });
const { key } = await server.account();
const client = createHttpClient(server.url, key);

const createUpload = async () =>
  (await (await client.post('/v1/uploads', '{"filename":"a.png"}')).json()) as {
    id: string;
    upload_url: string;
  };

test('PUT to an upload URL succeeds repeatedly, with any content-type', async () => {
  const { upload_url } = await createUpload();
  for (const type of ['image/png', 'text/plain', 'application/x-www-form-urlencoded']) {
    const response = await fetch(upload_url, {
      method: 'PUT',
      body: 'bytes',
      headers: { 'content-type': type },
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
  }
});

test('PUT to an upload URL with an altered, expired or foreign signature is INVALID_SIGNATURE', async () => {
  const { upload_url, id } = await createUpload();
  const other = await createUpload();
  const put = (url: string) => fetch(url, { method: 'PUT', body: 'x' });
  await expectEnvelope(
    await put(upload_url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))),
    'INVALID_SIGNATURE',
  );
  await expectEnvelope(await put(upload_url.replace(id, other.id)), 'INVALID_SIGNATURE');
  await expectEnvelope(await put(upload_url.replace(/\?.*/, '')), 'INVALID_SIGNATURE');
  await expectEnvelope(
    await put(upload_url.replace(/expires=\d+/, 'expires=99999999999')),
    'INVALID_SIGNATURE',
  );
  server.clock.offset = 3_601_000;
  await expectEnvelope(await put(upload_url), 'INVALID_SIGNATURE');
  server.clock.offset = 0;
  expect((await put(upload_url)).status).toBe(200);
});
