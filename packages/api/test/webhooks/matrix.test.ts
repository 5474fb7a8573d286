import {
  getGeneration,
  getOrCreateWebhookSecret,
  listGenerations,
  listWebhookDeliveries,
  processGeneration,
  redeliverWebhook,
  rotateWebhookSecret,
  sendTestWebhook,
  startWebhookWorkers,
} from '@restage/core';
import { isFailure } from '@restage/errors';
import { publicName } from '@restage/media/testing';
import { verifyWebhook } from '@restage/sdk';
import { afterAll, describe, expect, test } from 'vitest';
import {
  fastWebhooks,
  getLatest,
  openWebhookServices,
  type Receiver,
  respondWith,
  verify,
  waitUntil,
} from '../support/webhook-receivers.ts';

const services = await openWebhookServices();
const { ctx, boss } = services;
const stopping = new AbortController();
await startWebhookWorkers(ctx, boss, stopping.signal);
afterAll(() => stopping.abort());
const owner = await services.account();
const secret = (await getOrCreateWebhookSecret(ctx, owner.id))?.secret ?? '';
const neverAborted = new AbortController().signal;

/** Sends a test webhook to a receiver, and waits until its delivery has ended. */
async function deliver(receiver: Receiver, accountId = owner.id) {
  const sent = await sendTestWebhook(ctx, accountId, receiver.url);
  if (isFailure(sent)) throw new Error(sent.message);
  return waitForEnd(sent.id);
}

async function findDelivery(id: string) {
  const delivery = (await listWebhookDeliveries(ctx, { limit: 1000 })).find((each) => each.id === id);
  if (!delivery) throw new Error(`no delivery ${id}`);
  return delivery;
}

async function waitForEnd(id: string) {
  await waitUntil(async () => (await findDelivery(id)).status !== 'pending');
  return findDelivery(id);
}

describe('a receiver that responds with', () => {
  test.each([200, 201, 204, 299])(
    '%i gets the webhook at the first attempt, and only once',
    async (status) => {
      const receiver = services.addReceiver(respondWith(status));
      const delivery = await deliver(receiver);
      expect(delivery).toMatchObject({
        status: 'delivered',
        attempts: 1,
        lastError: null,
        nextAttemptAt: null,
        endedAt: expect.any(Date),
        log: [{ attempt: 1, httpStatus: status, error: null, milliseconds: expect.any(Number) }],
      });
      expect(receiver.received).toHaveLength(1);
      expect(verify(getLatest(receiver), secret)).toMatchObject({ status: 'failed' });
    },
  );

  test.each([301, 302, 303, 307, 308])(
    '%i gets five attempts, and the redirect is not followed',
    async (status) => {
      const redirectTarget = services.addReceiver(respondWith(200));
      const receiver = services.addReceiver(respondWith(status, { location: redirectTarget.url }));
      const error = `Endpoint returned ${status}; redirects are not followed.`;
      expect(await deliver(receiver)).toMatchObject({ status: 'failed', attempts: 5, lastError: error });
      expect(receiver.received).toHaveLength(5);
      expect(redirectTarget.received).toEqual([]);
    },
  );

  test('500 gets five attempts with the same id, and new timestamps and signatures', async () => {
    const receiver = services.addReceiver(respondWith(500));
    const delivery = await deliver(receiver);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 5, lastError: 'Endpoint returned 500.' });
    expect(delivery.log.map(({ attempt, httpStatus }) => [attempt, httpStatus])).toEqual(
      [1, 2, 3, 4, 5].map((attempt) => [attempt, 500]),
    );
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([delivery.id]),
    );
    expect(delivery.id).toMatch(/^msg_[0-9a-z]{26}$/);
    for (const webhook of receiver.received) verify(webhook, secret);
    const delays = receiver.received.slice(1).map(({ at }, n) => at - (receiver.received[n]?.at ?? 0));
    for (const [n, delay] of delays.entries()) {
      expect(delay).toBeGreaterThanOrEqual((fastWebhooks.delaysMs[n + 1] ?? 0) * 0.8 - 2);
    }
  });

  test('500 and then 200 gets two attempts', async () => {
    let attempts = 0;
    const receiver = services.addReceiver((_, __, response) => {
      attempts += 1;
      response.writeHead(attempts === 1 ? 500 : 200).end();
    });
    expect(await deliver(receiver)).toMatchObject({
      status: 'delivered',
      attempts: 2,
      lastError: 'Endpoint returned 500.',
      log: [{ httpStatus: 500 }, { httpStatus: 200, error: null }],
    });
  });

  test('410 gets one attempt', async () => {
    const receiver = services.addReceiver(respondWith(410));
    expect(await deliver(receiver)).toMatchObject({ status: 'failed', attempts: 1 });
    expect(receiver.received).toHaveLength(1);
  });

  test('429 and retry-after gets the next attempt only after that time', async () => {
    let attempts = 0;
    const receiver = services.addReceiver((_, __, response) => {
      attempts += 1;
      response.writeHead(attempts === 1 ? 429 : 200, { 'retry-after': '1' }).end();
    });
    expect(await deliver(receiver)).toMatchObject({ status: 'delivered', attempts: 2 });
    const [first, second] = receiver.received;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test('nothing gets five attempts that time out', async () => {
    const receiver = services.addReceiver(() => undefined);
    const delivery = await deliver(receiver);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 5, lastError: 'No response within 1.5 s.' });
    for (const { milliseconds, httpStatus } of delivery.log) {
      expect(httpStatus).toBeNull();
      expect(milliseconds).toBeGreaterThanOrEqual(1490);
      expect(milliseconds).toBeLessThan(2500);
    }
  });

  test('a closed connection gets five attempts', async () => {
    const receiver = services.addReceiver((_, incoming) => incoming.socket.destroy());
    expect(await deliver(receiver)).toMatchObject({
      status: 'failed',
      attempts: 5,
      lastError: 'The callback URL could not be reached.',
    });
    expect(receiver.received).toHaveLength(5);
  });

  test('a connection reset gets five attempts', async () => {
    const receiver = services.addReceiver(() => services.resetConnections());
    expect(await deliver(receiver)).toMatchObject({
      status: 'failed',
      attempts: 5,
      lastError: 'The callback URL could not be reached.',
    });
    expect(receiver.received).toHaveLength(5);
  });
});

test('a test webhook to a forbidden URL fails with INVALID_CALLBACK_URL, and creates no delivery', async () => {
  for (const url of ['http://example.com/', 'https://127.0.0.1/hook', `https://${publicName}:8443/`]) {
    expect(await sendTestWebhook(ctx, owner.id, url)).toMatchObject({ code: 'INVALID_CALLBACK_URL' });
  }
  expect((await listWebhookDeliveries(ctx)).filter(({ url }) => url.includes('127.0.0.1'))).toEqual([]);
});

describe('a job', () => {
  async function runJob(callbackUrl: string | undefined, more: object = {}) {
    const job = await services.startJob(owner.key, callbackUrl, more);
    await processGeneration(ctx, job.id, neverAborted);
    return job;
  }
  const accountContext = {
    ...ctx,
    account: { id: owner.id } as never,
    responseMeta: { replayed: false },
    largeStrings: new Map(),
  };

  test('that has completed is delivered with its outputs', async () => {
    const receiver = services.addReceiver(respondWith(204));
    const { id, webhook } = await runJob(receiver.url);
    expect(webhook).toEqual({ status: 'pending', attempts: 0, last_error: null });
    await waitUntil(() => receiver.received.length > 0);
    const [delivery] = await listWebhookDeliveries(ctx, { generationId: id });
    await waitForEnd(delivery?.id ?? '');
    const payload = verify(getLatest(receiver), secret);
    const job = await getGeneration(accountContext, { id });
    if (isFailure(job)) throw new Error(job.message);
    expect(job).toMatchObject({
      status: 'completed',
      webhook: { status: 'delivered', attempts: 1, last_error: null },
    });
    expect(payload).toEqual({
      id,
      status: 'completed',
      output: {
        render: expect.stringContaining('/files/outputs/'),
        source: expect.any(String),
        alpha: expect.any(String),
      },
      completed_at: job.completed_at,
    });
    const { headers, body } = getLatest(receiver);
    expect(await verifyWebhook({ headers, body, secret })).toEqual(payload);
  });

  test('that has failed is delivered with its error', async () => {
    const receiver = services.addReceiver(respondWith(200));
    const source_uri = `https://${publicName}/picture.png`;
    const job = await services.startJob(owner.key, receiver.url, { source_uri });
    await ctx.db.execute(`update generations set width = 65 where id = '${job.id}'`);
    await processGeneration(ctx, job.id, neverAborted);
    await waitUntil(() => receiver.received.length > 0);
    expect(verify(getLatest(receiver), secret)).toEqual({
      id: job.id,
      status: 'failed',
      error: 'The source changed after the job was accepted.',
      completed_at: expect.any(String),
    });
  });

  test('without a callback URL has no delivery and no webhook field', async () => {
    const job = await runJob(undefined);
    expect(await getGeneration(accountContext, { id: job.id })).not.toHaveProperty('webhook');
    expect(await listWebhookDeliveries(ctx, { generationId: job.id })).toEqual([]);
  });

  test('is listed with the status of its webhook', async () => {
    const { id } = await runJob(services.addReceiver(respondWith(410)).url);
    await waitUntil(async () => {
      const page = await listGenerations(accountContext, { limit: 100 });
      if (isFailure(page)) throw new Error(page.message);
      return page.jobs.find((job) => job.id === id)?.webhook?.status === 'failed';
    });
    expect(await getGeneration(accountContext, { id })).toMatchObject({
      status: 'completed',
      webhook: { status: 'failed', attempts: 1, last_error: 'Endpoint returned 410 Gone; delivery stopped.' },
    });
  });
});

describe('an operator', () => {
  test('can redeliver a failed webhook with the same id, and the log is kept', async () => {
    let status = 410;
    const receiver = services.addReceiver((_, __, response) => void response.writeHead(status).end());
    const { id } = await deliver(receiver);
    status = 200;
    expect(await redeliverWebhook(ctx, id)).toBe('begun');
    expect(await waitForEnd(id)).toMatchObject({
      status: 'delivered',
      attempts: 1,
      log: [{ httpStatus: 410 }, { httpStatus: 200 }],
    });
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
  });

  test('cannot redeliver an unknown or pending delivery', async () => {
    expect(await redeliverWebhook(ctx, 'msg_nonsense')).toBe('unknown');
    let respond = () => {};
    const receiver = services.addReceiver((_, __, response) => {
      respond = () => void response.end();
    });
    const delivering = deliver(receiver);
    await waitUntil(() => receiver.received.length > 0);
    expect(await redeliverWebhook(ctx, getLatest(receiver).headers['webhook-id'] as string)).toBe('pending');
    respond();
    expect((await delivering).log).toHaveLength(1);
  });

  test('can rotate the secret, and both secrets sign until the old one expires', async () => {
    const { id } = await services.account();
    const receiver = services.addReceiver(respondWith(200));
    const before = (await getOrCreateWebhookSecret(ctx, id))?.secret ?? '';
    const after = await rotateWebhookSecret(ctx, id);
    expect(after).toMatchObject({ previous: { secret: before } });
    expect(after?.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(after?.secret).not.toBe(before);
    await deliver(receiver, id);
    verify(getLatest(receiver), before);
    verify(getLatest(receiver), after?.secret ?? '');

    services.clock.offset = 24 * 3_600_000;
    try {
      expect((await getOrCreateWebhookSecret(ctx, id))?.previous).toBeNull();
    } finally {
      services.clock.offset = 0;
    }
    const leaked = after?.secret ?? '';
    const replaced = await rotateWebhookSecret(ctx, id, 0);
    await deliver(receiver, id);
    verify(getLatest(receiver), replaced?.secret ?? '');
    expect(() => verify(getLatest(receiver), leaked)).toThrow();
    expect(await rotateWebhookSecret(ctx, 'acc_nonsense')).toBeUndefined();
  });

  test('gets the same new secret in concurrent first requests', async () => {
    const { id } = await services.account();
    const found = await Promise.all(Array.from({ length: 10 }, () => getOrCreateWebhookSecret(ctx, id)));
    expect(new Set(found.map((each) => each?.secret)).size).toBe(1);
    expect(found[0]?.secret).not.toBe(secret);
  });
});

test('an endpoint that never responds does not delay other accounts', async () => {
  const deadReceiver = services.addReceiver(() => undefined);
  const others = await Promise.all(Array.from({ length: 5 }, () => services.account()));
  const silent = await services.account();
  const sent = await Promise.all(
    Array.from({ length: 30 }, () => sendTestWebhook(ctx, silent.id, deadReceiver.url)),
  );
  await waitUntil(() => deadReceiver.received.length >= fastWebhooks.workersPerAccount);
  for (const { id } of others) {
    const receiver = services.addReceiver(respondWith(200));
    const sentAt = Date.now();
    expect(await deliver(receiver, id)).toMatchObject({ status: 'delivered', attempts: 1 });
    expect(getLatest(receiver).at - sentAt).toBeLessThan(1200);
  }
  expect(deadReceiver.received.length).toBeLessThan(sent.length);
});

test('a backlog is delivered without pauses, and does not delay later webhooks of other accounts', async () => {
  const [busy, other] = [await services.account(), await services.account()];
  const slow = services.addReceiver((_, __, response) => void setTimeout(() => response.end(), 50));
  const quick = services.addReceiver(respondWith(200));
  // In one transaction, so that the queue notifies its workers only once.
  await ctx.db.transaction(async (db) => {
    for (let sent = 0; sent < 30; sent += 1) await sendTestWebhook({ ...ctx, db }, busy.id, slow.url);
    await sendTestWebhook({ ...ctx, db }, other.id, quick.url);
  });
  const committed = Date.now();
  await waitUntil(() => quick.received.length === 1);
  expect(Date.now() - committed).toBeLessThan(1500);
  // With a pause of the queue's polling interval between them, they would take 50 s and more.
  await waitUntil(() => slow.received.length === 30);
  expect(Date.now() - committed).toBeLessThan(20_000);
});
