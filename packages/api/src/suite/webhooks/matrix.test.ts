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
  answering,
  hurried,
  latest,
  type Receiver,
  until,
  verified,
  webhookWorld,
} from '../../testing/suite/receivers.ts';

const world = await webhookWorld();
const { ctx, boss } = world;
const stopping = new AbortController();
await startWebhookWorkers(ctx, boss, stopping.signal);
afterAll(() => stopping.abort());
const owner = await world.account();
const secret = (await getOrCreateWebhookSecret(ctx, owner.id))?.secret ?? '';
const unhurried = new AbortController().signal;

/** Sends a test to a receiver, and waits for the end of its delivery. */
async function deliver(receiver: Receiver, accountId = owner.id) {
  const sent = await sendTestWebhook(ctx, accountId, receiver.url);
  if (isFailure(sent)) throw new Error(sent.message);
  return ended(sent.id);
}

async function find(id: string) {
  const found = (await listWebhookDeliveries(ctx, { limit: 1000 })).find((each) => each.id === id);
  if (!found) throw new Error(`no delivery ${id}`);
  return found;
}

async function ended(id: string) {
  await until(async () => (await find(id)).status !== 'pending');
  return find(id);
}

describe('a receiver that answers', () => {
  test.each([200, 201, 204, 299])('%i has it, at once and once', async (status) => {
    const receiver = world.receiver(answering(status));
    const sentAt = Date.now();
    const delivery = await deliver(receiver);
    expect(delivery).toMatchObject({
      status: 'delivered',
      attempts: 1,
      lastError: null,
      nextAttemptAt: null,
      endedAt: expect.any(Date),
      log: [{ attempt: 1, httpStatus: status, error: null, milliseconds: expect.any(Number) }],
    });
    expect(receiver.arrived).toHaveLength(1);
    expect(latest(receiver).at - sentAt).toBeLessThan(2000);
    expect(verified(latest(receiver), secret)).toMatchObject({ status: 'failed' });
  });

  test.each([301, 302, 303, 307, 308])('%i is not followed, and tried five times', async (status) => {
    const elsewhere = world.receiver(answering(200));
    const receiver = world.receiver(answering(status, { location: elsewhere.url }));
    const error = `Endpoint returned ${status}; redirects are not followed.`;
    expect(await deliver(receiver)).toMatchObject({ status: 'failed', attempts: 5, lastError: error });
    expect(receiver.arrived).toHaveLength(5);
    expect(elsewhere.arrived).toEqual([]);
  });

  test('500 is tried five times, with one id, new timestamps and new signatures', async () => {
    const receiver = world.receiver(answering(500));
    const delivery = await deliver(receiver);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 5, lastError: 'Endpoint returned 500.' });
    expect(delivery.log.map(({ attempt, httpStatus }) => [attempt, httpStatus])).toEqual(
      [1, 2, 3, 4, 5].map((attempt) => [attempt, 500]),
    );
    expect(new Set(receiver.arrived.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([delivery.id]),
    );
    expect(delivery.id).toMatch(/^msg_[0-9a-z]{26}$/);
    for (const arrived of receiver.arrived) verified(arrived, secret);
    const pauses = receiver.arrived.slice(1).map(({ at }, n) => at - (receiver.arrived[n]?.at ?? 0));
    for (const [n, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual((hurried.delaysMs[n + 1] ?? 0) * 0.8 - 2);
    }
  });

  test('500 and then 200 has it on the second attempt', async () => {
    let attempts = 0;
    const receiver = world.receiver((_, __, response) => {
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

  test('410 gets no second one', async () => {
    const receiver = world.receiver(answering(410));
    expect(await deliver(receiver)).toMatchObject({ status: 'failed', attempts: 1 });
    expect(receiver.arrived).toHaveLength(1);
  });

  test('429 with retry-after is left alone for that long', async () => {
    let attempts = 0;
    const receiver = world.receiver((_, __, response) => {
      attempts += 1;
      response.writeHead(attempts === 1 ? 429 : 200, { 'retry-after': '1' }).end();
    });
    expect(await deliver(receiver)).toMatchObject({ status: 'delivered', attempts: 2 });
    const [first, second] = receiver.arrived;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test('nothing at all is given its time, five times', async () => {
    const receiver = world.receiver(() => undefined);
    const delivery = await deliver(receiver);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 5, lastError: 'No response within 1.5 s.' });
    for (const { milliseconds, httpStatus } of delivery.log) {
      expect(httpStatus).toBeNull();
      expect(milliseconds).toBeGreaterThanOrEqual(1490);
      expect(milliseconds).toBeLessThan(2500);
    }
  });

  test('by hanging up is tried five times', async () => {
    const receiver = world.receiver((_, incoming) => incoming.socket.destroy());
    expect(await deliver(receiver)).toMatchObject({
      status: 'failed',
      attempts: 5,
      lastError: 'The callback URL could not be reached.',
    });
    expect(receiver.arrived).toHaveLength(5);
  });

  test('by resetting the connection is tried five times', async () => {
    const receiver = world.receiver(() => world.reset());
    expect(await deliver(receiver)).toMatchObject({
      status: 'failed',
      attempts: 5,
      lastError: 'The callback URL could not be reached.',
    });
    expect(receiver.arrived).toHaveLength(5);
  });
});

test('a URL that nobody may be sent to is refused, and leaves nothing', async () => {
  for (const url of ['http://example.com/', 'https://127.0.0.1/hook', `https://${publicName}:8443/`]) {
    expect(await sendTestWebhook(ctx, owner.id, url)).toMatchObject({ code: 'INVALID_CALLBACK_URL' });
  }
  expect((await listWebhookDeliveries(ctx)).filter(({ url }) => url.includes('127.0.0.1'))).toEqual([]);
});

describe('a job', () => {
  async function run(callbackUrl: string | undefined, more: object = {}) {
    const job = await world.start(owner.key, callbackUrl, more);
    await processGeneration(ctx, job.id, unhurried);
    return job;
  }
  const as = {
    ...ctx,
    account: { id: owner.id } as never,
    responseMeta: { replayed: false },
    largeStrings: new Map(),
  };

  test('that has completed is told of, with URLs that work', async () => {
    const receiver = world.receiver(answering(204));
    const { id, webhook } = await run(receiver.url);
    expect(webhook).toEqual({ status: 'pending', attempts: 0, last_error: null });
    await until(() => receiver.arrived.length > 0);
    const [delivery] = await listWebhookDeliveries(ctx, { generationId: id });
    await ended(delivery?.id ?? '');
    const told = verified(latest(receiver), secret);
    const job = await getGeneration(as, { id });
    if (isFailure(job)) throw new Error(job.message);
    expect(job).toMatchObject({
      status: 'completed',
      webhook: { status: 'delivered', attempts: 1, last_error: null },
    });
    expect(told).toEqual({
      id,
      status: 'completed',
      output: {
        render: expect.stringContaining('/files/outputs/'),
        source: expect.any(String),
        alpha: expect.any(String),
      },
      completed_at: job.completed_at,
    });
    const { headers, body } = latest(receiver);
    expect(await verifyWebhook({ headers, body, secret })).toEqual(told);
  });

  test('that has failed is told of, with its error', async () => {
    const receiver = world.receiver(answering(200));
    const source_uri = `https://${publicName}/picture.png`;
    const job = await world.start(owner.key, receiver.url, { source_uri });
    await ctx.db.execute(`update generations set width = 65 where id = '${job.id}'`);
    await processGeneration(ctx, job.id, unhurried);
    await until(() => receiver.arrived.length > 0);
    expect(verified(latest(receiver), secret)).toEqual({
      id: job.id,
      status: 'failed',
      error: 'The source changed after the job was accepted.',
      completed_at: expect.any(String),
    });
  });

  test('without a callback URL has no delivery and speaks of none', async () => {
    const job = await run(undefined);
    expect(await getGeneration(as, { id: job.id })).not.toHaveProperty('webhook');
    expect(await listWebhookDeliveries(ctx, { generationId: job.id })).toEqual([]);
  });

  test('is listed with how its webhook stands', async () => {
    const { id } = await run(world.receiver(answering(410)).url);
    await until(async () => {
      const page = await listGenerations(as, { limit: 100 });
      if (isFailure(page)) throw new Error(page.message);
      return page.jobs.find((job) => job.id === id)?.webhook?.status === 'failed';
    });
    expect(await getGeneration(as, { id })).toMatchObject({
      status: 'completed',
      webhook: { status: 'failed', attempts: 1, last_error: 'Endpoint returned 410 Gone; delivery stopped.' },
    });
  });
});

describe('an operator', () => {
  test('sends again what has failed, under the same id, and keeps the log', async () => {
    let status = 410;
    const receiver = world.receiver((_, __, response) => void response.writeHead(status).end());
    const { id } = await deliver(receiver);
    status = 200;
    expect(await redeliverWebhook(ctx, id)).toBe('begun');
    expect(await ended(id)).toMatchObject({
      status: 'delivered',
      attempts: 1,
      log: [{ httpStatus: 410 }, { httpStatus: 200 }],
    });
    expect(receiver.arrived.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
  });

  test('cannot send what is not there, nor what is under way', async () => {
    expect(await redeliverWebhook(ctx, 'msg_nonsense')).toBe('unknown');
    let answer = () => {};
    const receiver = world.receiver((_, __, response) => {
      answer = () => void response.end();
    });
    const delivering = deliver(receiver);
    await until(() => receiver.arrived.length > 0);
    expect(await redeliverWebhook(ctx, latest(receiver).headers['webhook-id'] as string)).toBe('pending');
    answer();
    expect((await delivering).log).toHaveLength(1);
  });

  test('rotates the secret: both sign until the old one’s end', async () => {
    const { id } = await world.account();
    const receiver = world.receiver(answering(200));
    const before = (await getOrCreateWebhookSecret(ctx, id))?.secret ?? '';
    const after = await rotateWebhookSecret(ctx, id);
    expect(after).toMatchObject({ previous: { secret: before } });
    expect(after?.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(after?.secret).not.toBe(before);
    await deliver(receiver, id);
    verified(latest(receiver), before);
    verified(latest(receiver), after?.secret ?? '');

    world.clock.offset = 24 * 3_600_000;
    try {
      expect((await getOrCreateWebhookSecret(ctx, id))?.previous).toBeNull();
    } finally {
      world.clock.offset = 0;
    }
    const leaked = after?.secret ?? '';
    const replaced = await rotateWebhookSecret(ctx, id, 0);
    await deliver(receiver, id);
    verified(latest(receiver), replaced?.secret ?? '');
    expect(() => verified(latest(receiver), leaked)).toThrow();
    expect(await rotateWebhookSecret(ctx, 'acc_nonsense')).toBeUndefined();
  });

  test('gives each account one secret, however many ask for it first', async () => {
    const { id } = await world.account();
    const found = await Promise.all(Array.from({ length: 10 }, () => getOrCreateWebhookSecret(ctx, id)));
    expect(new Set(found.map((each) => each?.secret)).size).toBe(1);
    expect(found[0]?.secret).not.toBe(secret);
  });
});

test('an endpoint that never answers slows nobody else', async () => {
  const dead = world.receiver(() => undefined);
  const others = await Promise.all(Array.from({ length: 5 }, () => world.account()));
  const silent = await world.account();
  const sent = await Promise.all(Array.from({ length: 30 }, () => sendTestWebhook(ctx, silent.id, dead.url)));
  await until(() => dead.arrived.length >= hurried.workersPerAccount);
  for (const { id } of others) {
    const receiver = world.receiver(answering(200));
    const sentAt = Date.now();
    expect(await deliver(receiver, id)).toMatchObject({ status: 'delivered', attempts: 1 });
    expect(latest(receiver).at - sentAt).toBeLessThan(1200);
  }
  expect(dead.arrived.length).toBeLessThan(sent.length);
});

test('a backlog is worked off without pause, and holds nobody up who comes after it', async () => {
  const [busy, other] = [await world.account(), await world.account()];
  const slow = world.receiver((_, __, response) => void setTimeout(() => response.end(), 50));
  const quick = world.receiver(answering(200));
  // In one transaction, so that the queue tells its workers once, of all of them.
  await ctx.db.transaction(async (db) => {
    for (let sent = 0; sent < 30; sent += 1) await sendTestWebhook({ ...ctx, db }, busy.id, slow.url);
    await sendTestWebhook({ ...ctx, db }, other.id, quick.url);
  });
  const committed = Date.now();
  await until(() => quick.arrived.length === 1);
  expect(Date.now() - committed).toBeLessThan(1500);
  await until(() => slow.arrived.length === 30);
  expect(Date.now() - committed).toBeLessThan(5000);
});
