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
  answering,
  hurried,
  latest,
  type Receiver,
  until,
  webhookWorld,
} from '../../testing/suite/receivers.ts';

// No worker runs here: each test takes the attempts in hand itself.
const world = await webhookWorld();
const { ctx, boss, clock } = world;
const owner = await world.account();
const { signal } = new AbortController();
/** When an attempt of which nothing was heard counts as lost, and is overdue. */
const lost = hurried.timeoutMs + hurried.lostAfterMs + hurried.overdueAfterMs + 1;
afterEach(() => {
  clock.offset = 0;
});

async function find(id: string) {
  const found = (await listWebhookDeliveries(ctx)).find((each) => each.id === id);
  if (!found) throw new Error(`no delivery ${id}`);
  return found;
}

/** Sends a test, whose first attempt is then due. */
async function send(receiver: Receiver) {
  const sent = await sendTestWebhook(ctx, owner.id, receiver.url);
  if (isFailure(sent)) throw new Error(sent.message);
  return sent.id;
}

async function task(deliveryId: string) {
  const { nextAttemptAt } = await find(deliveryId);
  return { deliveryId, due: nextAttemptAt?.toISOString() ?? '' };
}

/** The queue's entries of a delivery that wait. */
async function entries(deliveryId: string) {
  return boss.findJobs<{ deliveryId: string; due: string }>('webhook', {
    data: { deliveryId },
    queued: true,
  });
}

/** A worker that is killed when its webhook has been sent, and before that is recorded. */
const doomed: WorkerContext = {
  ...ctx,
  media: {
    ...ctx.media,
    async post(...sent) {
      await ctx.media.post(...sent);
      throw new Error('killed');
    },
  },
};

test('a job ends together with its delivery and its queue entry, or not at all', async () => {
  const { id } = await world.start(owner.key, world.receiver(answering(200)).url);
  const broken: WorkerContext = {
    ...ctx,
    queue: { ...ctx.queue, enqueueWebhooks: () => Promise.reject(new Error('no queue')) },
  };
  const balance = async () => (await ctx.db.select().from(accounts).where(eq(accounts.id, owner.id)))[0];
  const before = await balance();
  await expect(processGeneration(broken, id, signal)).rejects.toThrow('no queue');
  const [unended] = await ctx.db.select().from(generations).where(eq(generations.id, id));
  expect(unended).toMatchObject({ status: 'processing', completedAt: null });
  expect(await listWebhookDeliveries(ctx, { generationId: id })).toEqual([]);
  expect(await balance()).toEqual(before);

  await processGeneration(ctx, id, signal);
  const [delivery] = await listWebhookDeliveries(ctx, { generationId: id });
  expect(delivery).toMatchObject({ status: 'pending', attempts: 0, accountId: owner.id });
  expect(await entries(delivery?.id ?? '')).toHaveLength(1);
});

test('what was sent and not recorded is sent again, under the same id', async () => {
  const receiver = world.receiver(answering(200));
  const id = await send(receiver);
  await expect(deliverWebhook(doomed, await task(id), signal)).rejects.toThrow('killed');
  expect(await find(id)).toMatchObject({ status: 'pending', attempts: 0, log: [] });

  await boss.deleteAllJobs('webhook');
  await requeueOverdueWebhooks(ctx);
  expect(await entries(id)).toHaveLength(0);
  clock.offset = lost;
  await requeueOverdueWebhooks(ctx);
  const [entry] = await entries(id);
  if (!entry) throw new Error('no entry');
  await deliverWebhook(ctx, entry.data, signal);
  expect(await find(id)).toMatchObject({ status: 'delivered', attempts: 1, log: [{ httpStatus: 200 }] });
  expect(receiver.arrived.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
});

test('a retry whose entry was lost is found again', async () => {
  const id = await send(world.receiver(answering(500)));
  expect(await deliverWebhook(ctx, await task(id), signal)).toBeGreaterThan(0);
  await boss.deleteAllJobs('webhook');
  clock.offset = lost;
  await requeueOverdueWebhooks(ctx);
  expect((await entries(id)).map(({ data }) => data)).toEqual([await task(id)]);
});

test('what waits in the queue gets no second entry, however overdue it is', async () => {
  const id = await send(world.receiver(answering(200)));
  clock.offset = 60_000;
  for (let sweep = 0; sweep < 3; sweep += 1) await requeueOverdueWebhooks(ctx);
  expect(await entries(id)).toHaveLength(1);
});

test('ten workers with one task send one webhook', async () => {
  const receiver = world.receiver(answering(200));
  const id = await send(receiver);
  const due = await task(id);
  await Promise.all(Array.from({ length: 10 }, () => deliverWebhook(ctx, due, signal)));
  expect(receiver.arrived).toHaveLength(1);
  expect(await find(id)).toMatchObject({ status: 'delivered', attempts: 1 });
});

test('a worker that slept through its attempt records nothing over the one that took it over', async () => {
  const answers: (() => void)[] = [];
  const receiver = world.receiver((_, __, response) => {
    const attempt = answers.length;
    answers.push(() => void response.writeHead(attempt === 0 ? 500 : 200).end());
  });
  const id = await send(receiver);
  const sleeping = deliverWebhook(ctx, await task(id), signal);
  await until(() => answers.length === 1);
  clock.offset = lost;
  const taken = deliverWebhook(ctx, await task(id), signal);
  await until(() => answers.length === 2);
  answers[1]?.();
  await taken;
  answers[0]?.();
  expect(await sleeping).toBeUndefined();
  expect(await find(id)).toMatchObject({ status: 'delivered', attempts: 1, log: [{ httpStatus: 200 }] });
  expect(world.lines.map(({ message }) => message)).toContain('webhook_attempt_superseded');
});

test('an attempt that is given up as the worker stops is no attempt', async () => {
  const receiver = world.receiver(() => undefined);
  const id = await send(receiver);
  const stopping = new AbortController();
  const attempt = deliverWebhook(ctx, await task(id), stopping.signal);
  await until(() => receiver.arrived.length > 0);
  stopping.abort();
  expect(await attempt).toBeUndefined();
  expect(await find(id)).toMatchObject({ status: 'pending', attempts: 0, log: [] });
});

test('a replaced secret signs until the last millisecond of its overlap', async () => {
  const { id } = await world.account();
  const rotated = Date.parse('2026-03-01T12:00:00Z');
  const at = (now: number) => ({ ...ctx, now: () => now });
  const old = await getOrCreateWebhookSecret(at(rotated), id);
  await rotateWebhookSecret(at(rotated), id);
  const end = rotated + 24 * 3_600_000;
  expect((await getOrCreateWebhookSecret(at(end - 1), id))?.previous).toEqual({
    secret: old?.secret,
    until: new Date(end),
  });
  expect((await getOrCreateWebhookSecret(at(end), id))?.previous).toBeNull();
});

test.each([
  ['120', 120_000],
  ['999999', 3_600_000],
])('retry-after: %s is waited for, an hour at most', async (seconds, wait) => {
  const id = await send(world.receiver(answering(429, { 'retry-after': seconds })));
  expect(await deliverWebhook(ctx, await task(id), signal)).toBe(wait);
  const { nextAttemptAt } = await find(id);
  const { due } = await task(id);
  const entry = (await entries(id)).find(({ data }) => data.due === due);
  expect(Math.abs((nextAttemptAt?.getTime() ?? 0) - Date.now() - wait)).toBeLessThan(2000);
  expect(Math.abs((entry?.startAfter.getTime() ?? 0) - Date.now() - wait)).toBeLessThan(2000);
});

test.each([0, 1, 499, 500, 999])(
  'the timestamp is the second that the attempt began in, at its %ith millisecond',
  async (millisecond) => {
    const receiver = world.receiver(answering(200));
    const id = await send(receiver);
    const begun = Date.parse('2026-03-01T12:00:07Z') + millisecond;
    await deliverWebhook({ ...ctx, now: () => begun }, await task(id), signal);
    expect(latest(receiver).headers['webhook-timestamp']).toBe(
      String(Date.parse('2026-03-01T12:00:07Z') / 1000),
    );
    expect((await find(id)).log[0]?.startedAt.getTime()).toBe(begun);
  },
);
