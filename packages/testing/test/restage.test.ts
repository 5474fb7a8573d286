import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { fixtureUrl } from '@restage/fixtures';
import { makeMovie } from '@restage/media/testing';
import { Restage, safe, verifyWebhook } from '@restage/sdk';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { expectFailure, testRestage } from '../src/index.ts';

const restage = await testRestage();
afterAll(() => restage.close());
const input = {
  generation_type: 'image',
  alpha_mode: 'fill',
  source_uri: restage.picture,
  prompt: 'snow',
} as const;

describe('the caller', () => {
  test('starts a job that completes at once, with images of the right size', async () => {
    const { id } = await restage.caller.generations.start(input);
    const job = await restage.caller.generations.get({ id, wait: 60 });
    expect(job).toMatchObject({ status: 'completed', progress: 100 });
    for (const url of Object.values(job.output ?? {})) {
      const png = Buffer.from(await (await fetch(url)).arrayBuffer());
      expect([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
        'PNG',
        64,
        48,
      ]);
    }
    expect(await restage.caller.account.billing()).toMatchObject({ prepaid_balance: 9.97 });
  });

  test('fails with the same codes as HTTP requests', async () => {
    const { caller } = restage;
    const failure = await expectFailure(caller.generations.start({ ...input, prompt: ' ' }));
    expect(failure).toMatchObject({ code: 'MISSING_STYLE_INPUT', param: 'prompt' });
    const stranger = restage.callerWith({ key: 'rsk_none' });
    expect((await expectFailure(stranger.account.info())).code).toBe('INVALID_API_KEY');
    await expect(expectFailure(caller.account.info())).rejects.toThrow('succeeded');
  });

  test('fails with a simulated code, and its job with a simulated failure', async () => {
    const failingCaller = restage.callerWith({ simulate: 'JOB_QUEUE_FAILED' });
    expect((await expectFailure(failingCaller.generations.start(input))).code).toBe('JOB_QUEUE_FAILED');
    const { id } = await restage.callerWith({ simulate: 'job-failed' }).generations.start(input);
    expect(await restage.caller.generations.get({ id, wait: 60 })).toMatchObject({ status: 'failed' });
  });

  test('of another account cannot read the first account’s jobs, and has its own credits', async () => {
    const { id } = await restage.caller.generations.start(input);
    const { key } = await restage.createAccount({ credits: 2 });
    const { generations } = restage.callerWith({ key });
    expect((await expectFailure(generations.get({ id }))).code).toBe('JOB_NOT_FOUND');
    expect((await expectFailure(generations.start(input))).code).toBe('INSUFFICIENT_CREDITS');
  });
});

test('the SDK can run image and video jobs against a test Restage', async () => {
  const sdk = new Restage({ apiKey: restage.key, baseUrl: restage.url });
  const photograph = fixtureUrl('sea.jpg');
  const { job, render } = await sdk.run({ source: photograph, prompt: 'snow', max_resolution: 720 });
  expect(job.status).toBe('completed');
  expect((await render.bytes()).length).toBeGreaterThan(100);
  const film = await makeMovie({ frames: 31 });
  const { render: copied } = await sdk.run({ source: film, prompt: 'snow', alpha_mode: 'fill' });
  expect(Buffer.from(await copied.bytes())).toEqual(film);
});

test('a server of the test receives signed webhooks', async () => {
  const { promise, resolve } = Promise.withResolvers<Parameters<typeof verifyWebhook>[0]>();
  const receiver = createServer(async (request, response) => {
    const body = await buffer(request);
    response.writeHead(204).end();
    if (request.method !== 'POST') return;
    resolve({ body, headers: request.headers, secret: restage.account.webhookSecret });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const callback_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const { id } = await restage.caller.generations.start({ ...input, callback_url });
  expect(await verifyWebhook(await promise)).toMatchObject({ id, status: 'completed' });
});

test('advanceClock makes signed URLs expire', async () => {
  await using other = await testRestage();
  const { id } = await other.caller.generations.start({ ...input, source_uri: other.picture });
  const { output } = await other.caller.generations.get({ id, wait: 60 });
  other.advanceClock(73 * 3_600_000);
  expect((await fetch(output?.render ?? '')).status).toBe(403);
});

test('testRestage accepts settings and the real engine', async () => {
  await using real = await testRestage({ engine: 'compositor', settings: { concurrency: 1, writeRpm: 2 } });
  const sdk = new Restage({ apiKey: real.key, baseUrl: real.url, maxRetries: 0 });
  const photograph = fixtureUrl('cat.png');
  const { render } = await sdk.run({ source: photograph, prompt: 'snow', alpha_mode: 'fill' });
  expect((await render.bytes()).length).toBeGreaterThan(10_000);
  expect((await safe(sdk.quote({ source: real.picture, prompt: 'snow' }))).error?.code).toBe(
    'RATE_LIMIT_EXCEEDED',
  );
});

test('a second close does nothing, and a closed server accepts no connection', async () => {
  const other = await testRestage();
  await Promise.all([other.close(), other.close()]);
  await expect(fetch(other.url)).rejects.toThrow();
});
