import { catalog, errorCodes } from '@restage/errors';
import { expect, test } from 'vitest';
import { openDoors } from '../testing/suite/index.ts';
import { blackPng, readImageSize } from './footage.ts';

const world = await openDoors({ work: true });
const tester = await world.account({ credits: 0, mode: 'test' });
const live = await world.account();
const source_uri = `data:image/png;base64,${blackPng(320, 240).toString('base64')}`;
const body = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'a beach' };

const send = (method: string, path: string, key: string, simulate?: string, sent?: object) =>
  fetch(`${world.url}${path}`, {
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

test.each(errorCodes)('a test key can ask for %s, and a live key in vain', async (code) => {
  const asked = await send('GET', '/v1/account/info', tester.key, code);
  expect([asked.status, await asked.json()]).toMatchObject([catalog[code].status, { error: { code } }]);
  if (asked.status === 429) expect(asked.headers.get('retry-after')).toBe('1');
  expect((await send('GET', '/v1/account/info', live.key, code)).status).toBe(200);
});

test('a test job costs nothing, and its proof is marked', async () => {
  const proof = await start(tester.key);
  const { id } = await start(live.key);
  await expect
    .poll(async () => (await get(tester.key, proof.id)).status, { timeout: 30_000 })
    .toBe('completed');
  await expect.poll(async () => (await get(live.key, id)).status, { timeout: 30_000 }).toBe('completed');
  const [marked, plain] = await Promise.all(
    [await get(tester.key, proof.id), await get(live.key, id)].map(async ({ output }) =>
      Buffer.from(await (await fetch(output?.render ?? '')).arrayBuffer()),
    ),
  );
  expect(readImageSize(marked)).toEqual({ width: 320, height: 240 });
  expect(marked?.equals(plain ?? Buffer.alloc(0))).toBe(false);
});

test('job-failed fails the job; a live key’s goes its way', async () => {
  const failing = await start(tester.key, 'job-failed');
  const { id } = await start(live.key, 'job-failed');
  await expect
    .poll(async () => get(tester.key, failing.id), { timeout: 30_000 })
    .toMatchObject({
      status: 'failed',
      error: 'The render failed, as the test asked.',
    });
  await expect.poll(async () => (await get(live.key, id)).status, { timeout: 30_000 }).toBe('completed');
});

test('stall leaves the job processing, until it is cancelled', async () => {
  const { id } = await start(tester.key, 'stall');
  await expect.poll(async () => (await get(tester.key, id)).status, { timeout: 30_000 }).toBe('processing');
  const cancelled = await send('POST', `/v1/switchx/generations/${id}/cancel`, tester.key);
  expect(await cancelled.json()).toMatchObject({ status: 'cancelled' });
});
