import { toUuid } from '@restage/contract';
import { createQueues, processGeneration, startRenderWorkers, type WorkerContext } from '@restage/core';
import { accounts, creditEntries, generationEvents, generations } from '@restage/db';
import type { Engine } from '@restage/engine';
import { failWith } from '@restage/errors';
import { readFixture } from '@restage/fixtures';
import type { BlobStore } from '@restage/storage';
import { controllableEngine, openTransports } from '@restage/testing/support';
import { asc, eq, sql } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { upload } from '../support/uploads.ts';

const server = await openTransports({
  work: false,
  engine: controllableEngine(),
  settings: { concurrency: 500 },
});
const { ctx, boss, transports } = server;
const [caller] = transports;
const cat = await readFixture('cat.png');

// Deletes the tasks that a test leaves, so that workers of later tests don't get them.
afterEach(() => boss.deleteAllJobs('render'));

/** Creates an account with 300 credits and an upload. Each of its jobs costs 3 credits. */
async function createClient() {
  const account = await server.account({ credits: 300 });
  const source_uri = await upload(caller as NonNullable<typeof caller>, account.key, 'cat.png', cat);
  const sent = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'a beach' };
  return {
    ...account,
    async start(): Promise<string> {
      const outcome = await caller?.call('generations.start', sent, account.key);
      if (!outcome?.ok) throw new Error(outcome?.code);
      return outcome.output.id;
    },
  };
}

const readJob = async (id: string) => {
  const [row] = await ctx.db.select().from(generations).where(eq(generations.id, id));
  return row;
};
const readBalances = async (accountId: string) => {
  const [row] = await ctx.db.select().from(accounts).where(eq(accounts.id, accountId));
  const entries = await ctx.db.select().from(creditEntries).where(eq(creditEntries.accountId, accountId));
  const refunds = entries.filter(({ kind }) => kind === 'refund').length;
  return { balance: row?.balance, inFlight: row?.inFlight, refunds };
};
const readTask = async (id: string) => {
  const [row] = await ctx.db.execute(
    sql`select state, retry_count::int as retries from queue.job where name = 'render' and id = ${toUuid(id)}::uuid`,
  );
  return row;
};
const waitFor = (check: () => Promise<void>, timeout = 20_000) =>
  vi.waitFor(check, { timeout, interval: 50 });
/** Waits until an attempt has claimed the job. Its render may start a moment earlier. */
const waitForAttempt = (id: string, attempt: number) =>
  waitFor(async () => expect(await readJob(id)).toMatchObject({ status: 'processing', attempt }));
const withEngine = (engine: Engine): WorkerContext => ({ ...ctx, engine });
const neverAborted = () => new AbortController().signal;

/** An engine that fails every job at once. */
const failingEngine: Engine = {
  render: async () => failWith('MODEL_FAILED', 'no image'),
  close: async () => {},
};

describe('an attempt whose job another attempt has claimed', () => {
  test('does not complete the job, and leaves no file', async () => {
    const account = await createClient();
    const id = await account.start();
    const [frozen, second] = [controllableEngine(), controllableEngine()];
    const first = processGeneration(withEngine(frozen), id, neverAborted());
    await frozen.started(1);
    await waitForAttempt(id, 1);
    const other = processGeneration(withEngine(second), id, neverAborted());
    await second.started(1);
    await waitForAttempt(id, 2);
    second.advance(1);
    await other;
    const done = await readJob(id);
    expect(done).toMatchObject({ status: 'completed', attempt: 2 });
    frozen.advance(1);
    await first;
    expect(await readJob(id)).toEqual(done);
    expect(await readBalances(account.id)).toEqual({ balance: 297, inFlight: 0, refunds: 0 });
    const kept = Object.values(done?.outputs ?? {}) as string[];
    for (const key of kept) expect(await ctx.blobs.stat(key)).toBeTruthy();
    expect(await ctx.blobs.stat(kept[0]?.replace('/2/', '/1/') ?? '')).toBeUndefined();
  });

  test('does not fail the job', async () => {
    const account = await createClient();
    const id = await account.start();
    const [frozen, second] = [Promise.withResolvers<void>(), controllableEngine()];
    const slow: Engine = {
      ...failingEngine,
      render: () => frozen.promise.then(() => failingEngine.render({} as never, {} as never)),
    };
    const first = processGeneration(withEngine(slow), id, neverAborted());
    await waitForAttempt(id, 1);
    const other = processGeneration(withEngine(second), id, neverAborted());
    await second.started(1);
    await waitForAttempt(id, 2);
    frozen.resolve();
    await first;
    expect(await readJob(id)).toMatchObject({ status: 'processing', attempt: 2 });
    second.advance(1);
    await other;
    expect(await readJob(id)).toMatchObject({ status: 'completed', attempt: 2 });
    expect(await readBalances(account.id)).toEqual({ balance: 297, inFlight: 0, refunds: 0 });
  });

  test('ends at its next progress report', async () => {
    const id = await (await createClient()).start();
    const engine = controllableEngine();
    const working = processGeneration(withEngine(engine), id, neverAborted());
    await engine.started(1);
    await waitForAttempt(id, 1);
    await ctx.db.update(generations).set({ status: 'cancelled' }).where(eq(generations.id, id));
    await new Promise((resolve) => setTimeout(resolve, 600));
    const began = performance.now();
    engine.advance(0.5);
    await working;
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await readJob(id)).toMatchObject({ status: 'cancelled', progress: 0 });
  });

  test('ends within seconds without progress', async () => {
    const id = await (await createClient()).start();
    const engine = controllableEngine();
    const working = processGeneration(withEngine(engine), id, neverAborted());
    await engine.started(1);
    await waitForAttempt(id, 1);
    await ctx.db.update(generations).set({ attempt: 2 }).where(eq(generations.id, id));
    await working;
    expect(await readJob(id)).toMatchObject({ status: 'processing', attempt: 2 });
  });
});

test('a worker that has lost its queue task ends the render, and neither completes nor fails the task', async () => {
  const id = await (await createClient()).start();
  const engine = controllableEngine();
  const work = await startRenderWorkers(withEngine(engine), boss, 1);
  await engine.started(1);
  const taskCondition = sql`name = 'render' and id = ${toUuid(id)}::uuid`;
  await ctx.db.execute(sql`update queue.job set retry_count = retry_count + 1 where ${taskCondition}`);
  const findLogLines = () => server.lines.filter(({ message }) => message === 'job_lease_lost');
  await waitFor(async () => expect(findLogLines()).toMatchObject([{ fields: { generationId: id } }]));
  await work.stop(5000);
  expect(await readTask(id)).toEqual({ state: 'active', retries: 1 });
  expect(await readJob(id)).toMatchObject({ status: 'processing', attempt: 1 });
  await boss.deleteJob('render', toUuid(id));
});

test('a task whose claim gives no row is not done while the job has not ended', async () => {
  const id = await (await createClient()).start();
  await ctx.db.execute(sql`
    create function skip_update() returns trigger language plpgsql as 'begin return null; end'`);
  await ctx.db.execute(sql`
    create trigger skip_update before update on generations for each row execute function skip_update()`);
  const process = () => processGeneration(withEngine(failingEngine), id, neverAborted());
  expect(await process()).toBe(false);
  await ctx.db.execute(sql`drop function skip_update cascade`);
  expect(await process()).toBe(true);
  expect(await readJob(id)).toMatchObject({ status: 'failed', attempt: 1 });
});

test('a worker whose job another has claimed does not complete the task, so that it is retried if the other dies', async () => {
  const account = await createClient();
  const id = await account.start();
  const engine = controllableEngine();
  const work = await startRenderWorkers(withEngine(engine), boss, 1);
  await engine.started(1);
  await waitForAttempt(id, 1);
  // Another worker claims the job, and dies.
  await ctx.db.update(generations).set({ attempt: 2 }).where(eq(generations.id, id));
  await engine.started(2);
  await waitForAttempt(id, 3);
  engine.advance(1);
  await waitFor(async () => expect(await readJob(id)).toMatchObject({ status: 'completed', attempt: 3 }));
  expect(await readBalances(account.id)).toEqual({ balance: 297, inFlight: 0, refunds: 0 });
  await work.stop(5000);
});

describe('an attempt that can’t succeed', () => {
  test('fails at the time limit, with a refund', async () => {
    const account = await createClient();
    const id = await account.start();
    const work = await startRenderWorkers(withEngine(controllableEngine()), boss, 1, 1);
    await waitFor(async () => expect(await readJob(id)).toMatchObject({ status: 'failed' }));
    expect((await readJob(id))?.error).toBe('The job took longer than 1 seconds and was ended.');
    expect(await readBalances(account.id)).toEqual({ balance: 300, inFlight: 0, refunds: 1 });
    await work.stop(5000);
  });

  test('is retried twice after an unexpected error; then the job fails, with one refund', async () => {
    const account = await createClient();
    const id = await account.start();
    const broken: Engine = { ...failingEngine, render: async () => Promise.reject(new Error('unexpected')) };
    const work = await startRenderWorkers(withEngine(broken), boss, 1);
    await waitFor(
      async () => expect(await readJob(id)).toMatchObject({ status: 'failed', attempt: 3 }),
      40_000,
    );
    expect(await readBalances(account.id)).toEqual({ balance: 300, inFlight: 0, refunds: 1 });
    await work.stop(5000);
  });
});

test('a render begins once its job is claimed, in the database as others see it', async () => {
  const id = await (await createClient()).start();
  const seen: unknown[] = [];
  const engine: Engine = {
    ...failingEngine,
    async render(request, options) {
      seen.push(await readJob(id));
      return failingEngine.render(request, options);
    },
  };
  await processGeneration(withEngine(engine), id, neverAborted());
  expect(seen).toMatchObject([{ status: 'processing', attempt: 1 }]);
});

describe('a worker that stores what it rendered', () => {
  /** Starts a lone worker that has rendered the first job, and stores its files once `release` is called. */
  async function startStoring() {
    const engine = controllableEngine();
    const storing = Promise.withResolvers<void>();
    const { promise, resolve: release } = Promise.withResolvers<void>();
    const blobs: BlobStore = {
      ...ctx.blobs,
      async moveAll(files) {
        storing.resolve();
        await promise;
        await ctx.blobs.moveAll(files);
      },
    };
    const work = await startRenderWorkers({ ...ctx, engine, blobs }, boss, 1);
    await engine.started(1);
    engine.advance(1);
    await storing.promise;
    return { engine, release, work };
  }

  test('completes the job before it takes the next', async () => {
    const account = await createClient();
    const ids = [await account.start(), await account.start()];
    const { engine, release, work } = await startStoring();
    expect(await Promise.all(ids.map(readJob))).toMatchObject([
      { status: 'processing' },
      { status: 'in_queue' },
    ]);
    release();
    await engine.started(2);
    expect(await readJob(ids[0] ?? '')).toMatchObject({ status: 'completed', attempt: 1 });
    engine.advance(1);
    await waitFor(async () => {
      for (const id of ids) expect(await readTask(id)).toMatchObject({ state: 'completed', retries: 0 });
    });
    await work.stop(5000);
    expect(await readBalances(account.id)).toEqual({ balance: 294, inFlight: 0, refunds: 0 });
  });

  test('stores the files before it stops', async () => {
    const id = await (await createClient()).start();
    const { release, work } = await startStoring();
    const stopped = work.stop(20_000);
    release();
    await stopped;
    expect(await readTask(id)).toMatchObject({ state: 'completed' });
    expect(await readJob(id)).toMatchObject({ status: 'completed', attempt: 1 });
  });
});

test('a dead-letter task whose worker dies is retried until it succeeds', async () => {
  const account = await createClient();
  const id = await account.start();
  await boss.deleteJob('render', toUuid(id));
  await boss.send('render-dead', { generationId: id });
  for (let death = 1; death <= 4; death += 1) {
    await waitFor(async () => expect(await boss.fetch('render-dead')).toHaveLength(1));
    await ctx.db.execute(sql`
      update queue.job set heartbeat_on = now() - interval '16 seconds' where name = 'render-dead' and state = 'active'`);
    // Makes the queue check the task now, and retry it without a delay.
    await ctx.db.execute(sql`update queue.queue set monitor_claim_on = null, monitor_on = null`);
    await boss.supervise('render-dead');
    await ctx.db.execute(sql`update queue.job set start_after = now() where name = 'render-dead'`);
  }
  const work = await startRenderWorkers(withEngine(failingEngine), boss, 1);
  await waitFor(async () => expect(await readJob(id)).toMatchObject({ status: 'failed' }));
  await work.stop(5000);
  expect(await readBalances(account.id)).toEqual({ balance: 300, inFlight: 0, refunds: 1 });
});

describe('a worker that stops', () => {
  test('waits for the running render, and takes no new job', async () => {
    const id = await (await createClient()).start();
    const engine = controllableEngine();
    const work = await startRenderWorkers(withEngine(engine), boss, 1);
    await engine.started(1);
    const stopped = work.stop(20_000);
    const laterJob = await (await createClient()).start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    engine.advance(1);
    await stopped;
    expect(await readJob(id)).toMatchObject({ status: 'completed', attempt: 1 });
    expect(await readTask(id)).toMatchObject({ state: 'completed' });
    expect(await readJob(laterJob)).toMatchObject({ status: 'in_queue', attempt: 0 });
    await processGeneration(withEngine(failingEngine), laterJob, neverAborted());
    await boss.deleteJob('render', toUuid(laterJob));
  });

  test('returns a render that takes longer to the queue, without counting it as a retry', async () => {
    const account = await createClient();
    const id = await account.start();
    for (let stop = 1; stop <= 4; stop += 1) {
      const engine = controllableEngine();
      const work = await startRenderWorkers(withEngine(engine), boss, 1);
      await engine.started(1);
      await waitForAttempt(id, stop);
      await work.stop(100);
      expect(await readTask(id)).toEqual({ state: 'retry', retries: 0 });
      expect(await readJob(id)).toMatchObject({ status: 'processing', attempt: stop });
    }
    const engine = controllableEngine();
    const work = await startRenderWorkers(withEngine(engine), boss, 1);
    await engine.started(1);
    engine.advance(1);
    await waitFor(async () => expect(await readJob(id)).toMatchObject({ status: 'completed', attempt: 5 }));
    expect(await readBalances(account.id)).toEqual({ balance: 297, inFlight: 0, refunds: 0 });
    await work.stop(5000);
  }, 90_000);
});

describe('the order of jobs', () => {
  /** Waits until the jobs have ended, and returns them in the order in which a single worker claimed them. */
  async function waitForOrder(ids: readonly string[]): Promise<string[]> {
    await waitFor(async () => {
      for (const id of ids) expect(await readJob(id)).toMatchObject({ status: 'failed' });
    }, 60_000);
    const claims = await ctx.db
      .select({ id: generationEvents.generationId })
      .from(generationEvents)
      .where(eq(generationEvents.status, 'processing'))
      .orderBy(asc(generationEvents.id));
    return claims.map(({ id }) => id).filter((id) => ids.includes(id));
  }

  test('one job is claimed before most of another account’s 100 earlier jobs', async () => {
    const [many, one] = [await createClient(), await createClient()];
    const hundred: string[] = [];
    // Ten at a time, since a request waits for its rate limit for a second at most.
    while (hundred.length < 100) hundred.push(...(await Promise.all(Array.from({ length: 10 }, many.start))));
    const single = await one.start();
    const work = await startRenderWorkers(withEngine(failingEngine), boss, 1);
    const order = await waitForOrder([...hundred, single]);
    await work.stop(5000);
    expect(order).toHaveLength(101);
    expect(order.indexOf(single)).toBeLessThanOrEqual(2);
  }, 90_000);

  test('an account’s own jobs are claimed in the order of their starts', async () => {
    const account = await createClient();
    const ids: string[] = [];
    for (let started = 0; started < 6; started += 1) ids.push(await account.start());
    const work = await startRenderWorkers(withEngine(failingEngine), boss, 1);
    expect(await waitForOrder(ids)).toEqual(ids);
    await work.stop(5000);
  });

  test('a job whose worker died is claimed before all later jobs', async () => {
    const [many, others] = [await createClient(), await createClient()];
    const first: string[] = [];
    for (let started = 0; started < 4; started += 1) first.push(await many.start());
    const taken = await boss.fetch('render', { batchSize: 4 });
    const [lost, ...done] = taken.toReversed();
    if (!lost) throw new Error('nothing was taken');
    await boss.complete('render', done);
    // The queue has only the lost job, and has not noticed the loss. New jobs are numbered after it.
    const since = [await others.start(), await many.start()];
    await ctx.db.execute(
      sql`update queue.job set state = 'retry' where name = 'render' and id = ${lost.id}::uuid`,
    );
    since.push(await others.start(), await many.start());
    const work = await startRenderWorkers(withEngine(failingEngine), boss, 1);
    const order = await waitForOrder([first.at(-1) ?? '', ...since]);
    await work.stop(5000);
    expect(order[0]).toBe(first.at(-1));
  });

  test('an account that keeps starting single jobs does not starve another account’s queue', async () => {
    const [many, steady] = [await createClient(), await createClient()];
    const queued: string[] = [];
    for (let started = 0; started < 5; started += 1) queued.push(await many.start());
    const singles = [await steady.start()];
    // Each job of the steady account starts the next one.
    const streaming: Engine = {
      ...failingEngine,
      async render(request, options) {
        if (singles.length < 30) singles.push(await steady.start());
        return failingEngine.render(request, options);
      },
    };
    const work = await startRenderWorkers(withEngine(streaming), boss, 1);
    const order = await waitForOrder(queued);
    expect(order).toEqual(queued);
    const everything = await waitForOrder([...queued, ...singles]);
    await work.stop(5000);
    expect(everything.indexOf(queued[4] ?? '')).toBeLessThan(20);
  }, 90_000);
});

test('createQueues updates the options of existing queues', async () => {
  await boss.updateQueue('render', { retryLimit: 9, expireInSeconds: 10 });
  await boss.updateQueue('webhook', { expireInSeconds: 60 });
  await createQueues(boss);
  expect(await boss.getQueue('render-dead')).toMatchObject({ heartbeatSeconds: 15, expireInSeconds: 60 });
  expect(await boss.getQueue('webhook')).toMatchObject({ policy: 'exclusive', expireInSeconds: 20 });
  expect(await boss.getQueue('render')).toMatchObject({
    heartbeatSeconds: 15,
    retryLimit: 2,
    expireInSeconds: 1860,
    deadLetter: 'render-dead',
    notify: true,
  });
});
