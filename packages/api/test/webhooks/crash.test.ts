import {
  deliverWebhook,
  getOrCreateWebhookSecret,
  listWebhookDeliveries,
  processGeneration,
  requeueOverdueWebhooks,
  rotateWebhookSecret,
  sendTestWebhook,
  type WorkerContext,
} from '@restage/core';
import { accounts, generations } from '@restage/db';
import { isFailure } from '@restage/errors';
import { eq } from 'drizzle-orm';
import { afterEach, expect, test } from 'vitest';
import {
  fastWebhooks,
  getLatest,
  openWebhookServices,
  type Receiver,
  respondWith,
  waitUntil,
} from '../support/webhook-receivers.ts';

// No worker runs here: each test makes the attempts itself.
const services = await openWebhookServices();
const { ctx, boss, clock } = services;
const owner = await services.account();
const { signal } = new AbortController();
/** Milliseconds after which an attempt without a result counts as lost and overdue. */
const lostAfterMs = fastWebhooks.timeoutMs + fastWebhooks.lostAfterMs + fastWebhooks.overdueAfterMs + 1;
afterEach(() => {
  clock.offset = 0;
});

async function findDelivery(id: string) {
  const delivery = (await listWebhookDeliveries(ctx)).find((each) => each.id === id);
  if (!delivery) throw new Error(`no delivery ${id}`);
  return delivery;
}

/** Sends a test webhook, whose first attempt is then due. */
async function sendTest(receiver: Receiver) {
  const sent = await sendTestWebhook(ctx, owner.id, receiver.url);
  if (isFailure(sent)) throw new Error(sent.message);
  return sent.id;
}

async function createTask(deliveryId: string) {
  const { nextAttemptAt } = await findDelivery(deliveryId);
  return { deliveryId, due: nextAttemptAt?.toISOString() ?? '' };
}

/** Finds the waiting queue entries of a delivery. */
async function findEntries(deliveryId: string) {
  return boss.findJobs<{ deliveryId: string; due: string }>('webhook', {
    data: { deliveryId },
    queued: true,
  });
}

/** A worker that dies after it has sent a webhook, and before it records the attempt. */
const dyingWorker: WorkerContext = {
  ...ctx,
  media: {
    ...ctx.media,
    async post(...sent) {
      await ctx.media.post(...sent);
      throw new Error('killed');
    },
  },
};

test('a job, its delivery and its queue entry are completed in one transaction', async () => {
  const { id } = await services.startJob(owner.key, services.addReceiver(respondWith(200)).url);
  const ctxWithBrokenQueue: WorkerContext = {
    ...ctx,
    queue: { ...ctx.queue, enqueueWebhooks: () => Promise.reject(new Error('no queue')) },
  };
  const readAccount = async () => (await ctx.db.select().from(accounts).where(eq(accounts.id, owner.id)))[0];
  const before = await readAccount();
  await expect(processGeneration(ctxWithBrokenQueue, id, signal)).rejects.toThrow('no queue');
  const [uncompleted] = await ctx.db.select().from(generations).where(eq(generations.id, id));
  expect(uncompleted).toMatchObject({ status: 'processing', completedAt: null });
  expect(await listWebhookDeliveries(ctx, { generationId: id })).toEqual([]);
  expect(await readAccount()).toEqual(before);

  await processGeneration(ctx, id, signal);
  const [delivery] = await listWebhookDeliveries(ctx, { generationId: id });
  expect(delivery).toMatchObject({ status: 'pending', attempts: 0, accountId: owner.id });
  expect(await findEntries(delivery?.id ?? '')).toHaveLength(1);
});

test('a webhook that was sent but not recorded is sent again with the same id', async () => {
  const receiver = services.addReceiver(respondWith(200));
  const id = await sendTest(receiver);
  await expect(deliverWebhook(dyingWorker, await createTask(id), signal)).rejects.toThrow('killed');
  expect(await findDelivery(id)).toMatchObject({ status: 'pending', attempts: 0, log: [] });

  await boss.deleteAllJobs('webhook');
  await requeueOverdueWebhooks(ctx);
  expect(await findEntries(id)).toHaveLength(0);
  clock.offset = lostAfterMs;
  await requeueOverdueWebhooks(ctx);
  const [entry] = await findEntries(id);
  if (!entry) throw new Error('no entry');
  await deliverWebhook(ctx, entry.data, signal);
  expect(await findDelivery(id)).toMatchObject({
    status: 'delivered',
    attempts: 1,
    log: [{ httpStatus: 200 }],
  });
  expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
});

test('a retry whose queue entry was lost is queued again', async () => {
  const id = await sendTest(services.addReceiver(respondWith(500)));
  expect(await deliverWebhook(ctx, await createTask(id), signal)).toBeGreaterThan(0);
  await boss.deleteAllJobs('webhook');
  clock.offset = lostAfterMs;
  await requeueOverdueWebhooks(ctx);
  expect((await findEntries(id)).map(({ data }) => data)).toEqual([await createTask(id)]);
});

test('an overdue delivery that waits in the queue gets no second entry', async () => {
  const id = await sendTest(services.addReceiver(respondWith(200)));
  clock.offset = 60_000;
  for (let sweep = 0; sweep < 3; sweep += 1) await requeueOverdueWebhooks(ctx);
  expect(await findEntries(id)).toHaveLength(1);
});

test('ten workers with the same task send one webhook', async () => {
  const receiver = services.addReceiver(respondWith(200));
  const id = await sendTest(receiver);
  const due = await createTask(id);
  await Promise.all(Array.from({ length: 10 }, () => deliverWebhook(ctx, due, signal)));
  expect(receiver.received).toHaveLength(1);
  expect(await findDelivery(id)).toMatchObject({ status: 'delivered', attempts: 1 });
});

test('a worker that resumes after another has taken over its attempt records nothing', async () => {
  const responders: (() => void)[] = [];
  const receiver = services.addReceiver((_, __, response) => {
    const attempt = responders.length;
    responders.push(() => void response.writeHead(attempt === 0 ? 500 : 200).end());
  });
  const id = await sendTest(receiver);
  const suspended = deliverWebhook(ctx, await createTask(id), signal);
  await waitUntil(() => responders.length === 1);
  clock.offset = lostAfterMs;
  const takeover = deliverWebhook(ctx, await createTask(id), signal);
  await waitUntil(() => responders.length === 2);
  responders[1]?.();
  await takeover;
  responders[0]?.();
  expect(await suspended).toBeUndefined();
  expect(await findDelivery(id)).toMatchObject({
    status: 'delivered',
    attempts: 1,
    log: [{ httpStatus: 200 }],
  });
  expect(services.lines.map(({ message }) => message)).toContain('webhook_attempt_superseded');
});

test('an attempt that is aborted because the worker stops does not count', async () => {
  const receiver = services.addReceiver(() => undefined);
  const id = await sendTest(receiver);
  const stopping = new AbortController();
  const attempt = deliverWebhook(ctx, await createTask(id), stopping.signal);
  await waitUntil(() => receiver.received.length > 0);
  stopping.abort();
  expect(await attempt).toBeUndefined();
  expect(await findDelivery(id)).toMatchObject({ status: 'pending', attempts: 0, log: [] });
});

test('a rotated secret is valid until the last millisecond of its overlap', async () => {
  const { id } = await services.account();
  const rotated = Date.parse('2026-03-01T12:00:00Z');
  const withTime = (now: number) => ({ ...ctx, now: () => now });
  const old = await getOrCreateWebhookSecret(withTime(rotated), id);
  await rotateWebhookSecret(withTime(rotated), id);
  const end = rotated + 24 * 3_600_000;
  expect((await getOrCreateWebhookSecret(withTime(end - 1), id))?.previous).toEqual({
    secret: old?.secret,
    until: new Date(end),
  });
  expect((await getOrCreateWebhookSecret(withTime(end), id))?.previous).toBeNull();
});

test.each([
  ['120', 120_000],
  ['999999', 3_600_000],
])('retry-after: %s delays the next attempt, by at most an hour', async (seconds, wait) => {
  const id = await sendTest(services.addReceiver(respondWith(429, { 'retry-after': seconds })));
  expect(await deliverWebhook(ctx, await createTask(id), signal)).toBe(wait);
  const { nextAttemptAt } = await findDelivery(id);
  const { due } = await createTask(id);
  const entry = (await findEntries(id)).find(({ data }) => data.due === due);
  expect(Math.abs((nextAttemptAt?.getTime() ?? 0) - Date.now() - wait)).toBeLessThan(2000);
  expect(Math.abs((entry?.startAfter.getTime() ?? 0) - Date.now() - wait)).toBeLessThan(2000);
});

test.each([0, 1, 499, 500, 999])(
  'the timestamp of an attempt %i ms after a full second is that second',
  async (millisecond) => {
    const receiver = services.addReceiver(respondWith(200));
    const id = await sendTest(receiver);
    const startedAt = Date.parse('2026-03-01T12:00:07Z') + millisecond;
    await deliverWebhook({ ...ctx, now: () => startedAt }, await createTask(id), signal);
    expect(getLatest(receiver).headers['webhook-timestamp']).toBe(
      String(Date.parse('2026-03-01T12:00:07Z') / 1000),
    );
    expect((await findDelivery(id)).log[0]?.startedAt.getTime()).toBe(startedAt);
  },
);
