import { catalog, errorCodes } from '@restage/errors';
import { openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { blackPng, readImageSize } from '../support/uploads.ts';

const server = await openTransports({ work: true });
const testAccount = await server.account({ credits: 0, mode: 'test' });
const liveAccount = await server.account();
const source_uri = `data:image/png;base64,${blackPng(320, 240).toString('base64')}`;
const body = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'a beach' };

const send = (method: string, path: string, key: string, simulate?: string, sent?: object) =>
  fetch(`${server.url}${path}`, {
    method,
    headers: { 'x-api-key': key, ...(simulate !== undefined && { 'x-restage-simulate': simulate }) },
    ...(sent && { body: JSON.stringify(sent) }),
  });
const start = async (key: string, simulate?: string) =>
  (await (await send('POST', '/v1/switchx/generations', key, simulate, body)).json()) as { id: string };
const get = async (key: string, id: string) =>
  (await (await send('GET', `/v1/switchx/generations/${id}`, key)).json()) as {
    status: string;
    error: string | null;
    output: { render: string } | null;
  };

test.each(errorCodes)(
  'a call that simulates %s fails with it for a test key, and succeeds for a live key',
  async (code) => {
    const response = await send('GET', '/v1/account/info', testAccount.key, code);
    expect([response.status, await response.json()]).toMatchObject([
      catalog[code].status,
      { error: { code } },
    ]);
    if (response.status === 429) expect(response.headers.get('retry-after')).toBe('1');
    expect((await send('GET', '/v1/account/info', liveAccount.key, code)).status).toBe(200);
  },
);

test('a job of a test key is free, and its output has a watermark', async () => {
  const testJob = await start(testAccount.key);
  const { id } = await start(liveAccount.key);
  await expect
    .poll(async () => (await get(testAccount.key, testJob.id)).status, { timeout: 30_000 })
    .toBe('completed');
  await expect
    .poll(async () => (await get(liveAccount.key, id)).status, { timeout: 30_000 })
    .toBe('completed');
  const [watermarked, plain] = await Promise.all(
    [await get(testAccount.key, testJob.id), await get(liveAccount.key, id)].map(async ({ output }) =>
      Buffer.from(await (await fetch(output?.render ?? '')).arrayBuffer()),
    ),
  );
  expect(readImageSize(watermarked)).toEqual({ width: 320, height: 240 });
  expect(watermarked?.equals(plain ?? Buffer.alloc(0))).toBe(false);
});

test('a job that simulates job-failed fails for a test key, and completes for a live key', async () => {
  const failing = await start(testAccount.key, 'job-failed');
  const { id } = await start(liveAccount.key, 'job-failed');
  await expect
    .poll(async () => get(testAccount.key, failing.id), { timeout: 30_000 })
    .toMatchObject({
      status: 'failed',
      error: 'The render failed, as the test asked.',
    });
  await expect
    .poll(async () => (await get(liveAccount.key, id)).status, { timeout: 30_000 })
    .toBe('completed');
});

test('a job that simulates stall stays processing until it is cancelled', async () => {
  const { id } = await start(testAccount.key, 'stall');
  await expect
    .poll(async () => (await get(testAccount.key, id)).status, { timeout: 30_000 })
    .toBe('processing');
  const cancelled = await send('POST', `/v1/switchx/generations/${id}/cancel`, testAccount.key);
  expect(await cancelled.json()).toMatchObject({ status: 'cancelled' });
});
