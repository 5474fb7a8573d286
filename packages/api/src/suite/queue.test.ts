import { uuidOf } from '@restage/contract';
import { createQueues, processGeneration, startRenderWorkers, type WorkerContext } from '@restage/core';
import { accounts, creditEntries, generationEvents, generations } from '@restage/db';
import type { Engine } from '@restage/engine';
import { failWith } from '@restage/errors';
import { readFixture } from '@restage/fixtures';
import type { BlobStore } from '@restage/storage';
import { asc, eq, sql } from 'drizzle-orm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openDoors, pacedEngine } from '../testing/suite/index.ts';
import { put } from './footage.ts';

const world = await openDoors({
  work: false,
  engine: pacedEngine(),
  settings: { concurrency: 500 },
});
const { ctx, boss, doors } = world;
const [caller] = doors;
if (!caller) throw new Error('no doors');
const cat = await readFixture('cat.png');

// A test's tasks are its own: what it leaves behind, no later worker takes.
afterEach(() => boss.deleteAllJobs('render'));

/** An account with 300 credits and footage; each of its jobs costs 3. */
async function client() {
  const account = await world.account({ credits: 300 });
  const source_uri = await put(caller as NonNullable<typeof caller>, account.key, 'cat.png', cat);
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

const job = async (id: string) => {
  const [row] = await ctx.db.select().from(generations).where(eq(generations.id, id));
  return row;
};
const books = async (accountId: string) => {
  const [row] = await ctx.db.select().from(accounts).where(eq(accounts.id, accountId));
  const entries = await ctx.db.select().from(creditEntries).where(eq(creditEntries.accountId, accountId));
  const refunds = entries.filter(({ kind }) => kind === 'refund').length;
  return { balance: row?.balance, inFlight: row?.inFlight, refunds };
};
const entry = async (id: string) => {
  const [row] = await ctx.db.execute(
    sql`select state, retry_count::int as retries from queue.job where name = 'render' and id = ${uuidOf(id)}::uuid`,
  );
  return row;
};
const soon = (check: () => Promise<void>, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 50 });
/** Waits until an attempt has the job: a render may begin a moment before. */
const held = (id: string, attempt: number) =>
  soon(async () => expect(await job(id)).toMatchObject({ status: 'processing', attempt }));
const onto = (engine: Engine): WorkerContext => ({ ...ctx, engine });
const never = () => new AbortController().signal;

/** An engine that is done with every job at once, without a picture. */
const quick: Engine = {
  render: async () => failWith('MODEL_FAILED', 'nothing to see'),
  close: async () => {},
};

describe('an attempt that another has overtaken', () => {
  test('settles nothing when it wakes, and leaves no file', async () => {
    const account = await client();
    const id = await account.start();
    const [frozen, second] = [pacedEngine(), pacedEngine()];
    const first = processGeneration(onto(frozen), id, never());
    await frozen.begun(1);
    await held(id, 1);
    const other = processGeneration(onto(second), id, never());
    await second.begun(1);
    await held(id, 2);
    second.advance(1);
    await other;
    const done = await job(id);
    expect(done).toMatchObject({ status: 'completed', attempt: 2 });
    frozen.advance(1);
    await first;
    expect(await job(id)).toEqual(done);
    expect(await books(account.id)).toEqual({ balance: 297, inFlight: 0, refunds: 0 });
    const kept = Object.values(done?.outputs ?? {}) as string[];
    for (const key of kept) expect(await ctx.blobs.stat(key)).toBeTruthy();
    expect(await ctx.blobs.stat(kept[0]?.replace('/2/', '/1/') ?? '')).toBeUndefined();
  });

  test('fails nothing either: the job is the other’s', async () => {
    const account = await client();
    const id = await account.start();
    const [frozen, second] = [Promise.withResolvers<void>(), pacedEngine()];
    const slow: Engine = {
      ...quick,
      render: () => frozen.promise.then(() => quick.render({} as never, {} as never)),
    };
    const first = processGeneration(onto(slow), id, never());
    await held(id, 1);
    const other = processGeneration(onto(second), id, never());
    await second.begun(1);
    await held(id, 2);
    frozen.resolve();
    await first;
    expect(await job(id)).toMatchObject({ status: 'processing', attempt: 2 });
    second.advance(1);
    await other;
    expect(await job(id)).toMatchObject({ status: 'completed', attempt: 2 });
    expect(await books(account.id)).toEqual({ balance: 297, inFlight: 0, refunds: 0 });
  });

  test('is ended at its next step of progress, though it was never told', async () => {
    const id = await (await client()).start();
    const engine = pacedEngine();
    const working = processGeneration(onto(engine), id, never());
    await engine.begun(1);
    await held(id, 1);
    await ctx.db.update(generations).set({ status: 'cancelled' }).where(eq(generations.id, id));
    await new Promise((resolve) => setTimeout(resolve, 600));
    const began = performance.now();
    engine.advance(0.5);
    await working;
    expect(performance.now() - began).toBeLessThan(1000);
    expect(await job(id)).toMatchObject({ status: 'cancelled', progress: 0 });
  });

  test('is ended within seconds, though it makes no progress', async () => {
    const id = await (await client()).start();
    const engine = pacedEngine();
    const working = processGeneration(onto(engine), id, never());
    await engine.begun(1);
    await held(id, 1);
    await ctx.db.update(generations).set({ attempt: 2 }).where(eq(generations.id, id));
    await working;
    expect(await job(id)).toMatchObject({ status: 'processing', attempt: 2 });
  });
});

test('a worker that finds its claim on the queue gone ends the render, and neither completes nor fails the task', async () => {
  const id = await (await client()).start();
  const engine = pacedEngine();
  const work = await startRenderWorkers(onto(engine), boss, 1);
  await engine.begun(1);
  const ours = sql`name = 'render' and id = ${uuidOf(id)}::uuid`;
  await ctx.db.execute(sql`update queue.job set retry_count = retry_count + 1 where ${ours}`);
  const told = () => world.lines.filter(({ message }) => message === 'job_lease_lost');
  await soon(async () => expect(told()).toMatchObject([{ fields: { generationId: id } }]));
  await work.stop(5000);
  expect(await entry(id)).toEqual({ state: 'active', retries: 1 });
  expect(await job(id)).toMatchObject({ status: 'processing', attempt: 1 });
  await boss.deleteJob('render', uuidOf(id));
});

test('a worker whose job another has claimed does not complete the task, for that other may die', async () => {
  const account = await client();
  const id = await account.start();
  const engine = pacedEngine();
  const work = await startRenderWorkers(onto(engine), boss, 1);
  await engine.begun(1);
  await held(id, 1);
  // As one does that wakes after the queue has missed it, and is then killed.
  await ctx.db.update(generations).set({ attempt: 2 }).where(eq(generations.id, id));
  await engine.begun(2);
  await held(id, 3);
  engine.advance(1);
  await soon(async () => expect(await job(id)).toMatchObject({ status: 'completed', attempt: 3 }));
  expect(await books(account.id)).toEqual({ balance: 297, inFlight: 0, refunds: 0 });
  await work.stop(5000);
});

describe('an attempt that can’t be', () => {
  test('is ended at the wall limit, as failed, with a refund', async () => {
    const account = await client();
    const id = await account.start();
    const work = await startRenderWorkers(onto(pacedEngine()), boss, 1, 1);
    await soon(async () => expect(await job(id)).toMatchObject({ status: 'failed' }));
    expect((await job(id))?.error).toBe('The job took longer than 1 seconds and was ended.');
    expect(await books(account.id)).toEqual({ balance: 300, inFlight: 0, refunds: 1 });
    await work.stop(5000);
  });

  test('is made three times when it meets a fault; then the job has failed, with one refund', async () => {
    const account = await client();
    const id = await account.start();
    const broken: Engine = { ...quick, render: async () => Promise.reject(new Error('a bug')) };
    const work = await startRenderWorkers(onto(broken), boss, 1);
    await soon(async () => expect(await job(id)).toMatchObject({ status: 'failed', attempt: 3 }), 40_000);
    expect(await books(account.id)).toEqual({ balance: 300, inFlight: 0, refunds: 1 });
    await work.stop(5000);
  });
});

test('a render begins once its job is claimed, in the database as others see it', async () => {
  const id = await (await client()).start();
  const seen: unknown[] = [];
  const engine: Engine = {
    ...quick,
    async render(request, options) {
      seen.push(await job(id));
      return quick.render(request, options);
    },
  };
  await processGeneration(onto(engine), id, never());
  expect(seen).toMatchObject([{ status: 'processing', attempt: 1 }]);
});

describe('a worker that stores what it rendered', () => {
  /** A lone worker that has rendered the first job, and stores its files once `release` is called. */
  async function startStoring() {
    const engine = pacedEngine();
    const storing = Promise.withResolvers<void>();
    const { promise, resolve: release } = Promise.withResolvers<void>();
    const blobs: BlobStore = {
      ...ctx.blobs,
      localPath: (key) => ctx.blobs.localPath(key),
      moveAll: (files) => promise.then(() => ctx.blobs.moveAll(files)),
    };
    const work = await startRenderWorkers({ ...ctx, engine, blobs }, boss, 1);
    await engine.begun(1);
    engine.advance(1);
    await storing.promise;
    return { engine, release, work };
  }

  test('completes the job before it takes the next', async () => {
    const account = await client();
    const ids = [await account.start(), await account.start()];
    const { engine, release, work } = await startStoring();
    expect(await Promise.all(ids.map(job))).toMatchObject([{ status: 'processing' }, { status: 'in_queue' }]);
    release();
    await engine.begun(2);
    expect(await job(ids[0] ?? '')).toMatchObject({ status: 'completed', attempt: 1 });
    engine.advance(1);
    await soon(async () => {
      for (const id of ids) expect(await entry(id)).toMatchObject({ state: 'completed', retries: 0 });
    });
    await work.stop(5000);
    expect(await books(account.id)).toEqual({ balance: 294, inFlight: 0, refunds: 0 });
  });

  test('is waited for when it is to stop', async () => {
    const id = await (await client()).start();
    const { release, work } = await startStoring();
    const stopped = work.stop(20_000);
    release();
    await stopped;
    expect(await entry(id)).toMatchObject({ state: 'completed' });
    expect(await job(id)).toMatchObject({ status: 'completed', attempt: 1 });
  });
});

test('a task to end a job that died with its worker is another’s soon, as often as it takes', async () => {
  const account = await client();
  const id = await account.start();
  await boss.deleteJob('render', uuidOf(id));
  await boss.send('render-dead', { generationId: id });
  for (let death = 1; death <= 4; death += 1) {
    await soon(async () => expect(await boss.fetch('render-dead')).toHaveLength(1));
    await ctx.db.execute(sql`
      update queue.job set heartbeat_on = now() - interval '16 seconds' where name = 'render-dead' and state = 'active'`);
    // Looked at now, for it may be that it was looked at just before; and tried again without the pause.
    await ctx.db.execute(sql`update queue.queue set monitor_claim_on = null, monitor_on = null`);
    await boss.supervise('render-dead');
    await ctx.db.execute(sql`update queue.job set start_after = now() where name = 'render-dead'`);
  }
  const work = await startRenderWorkers(onto(quick), boss, 1);
  await soon(async () => expect(await job(id)).toMatchObject({ status: 'failed' }));
  await work.stop(5000);
  expect(await books(account.id)).toEqual({ balance: 300, inFlight: 0, refunds: 1 });
});

describe('a worker that is told to stop', () => {
  test('waits for the render in hand', async () => {
    const id = await (await client()).start();
    const engine = pacedEngine();
    const work = await startRenderWorkers(onto(engine), boss, 1);
    await engine.begun(1);
    const stopped = work.stop(20_000);
    const late = await (await client()).start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    engine.advance(1);
    await stopped;
    expect(await job(id)).toMatchObject({ status: 'completed', attempt: 1 });
    expect(await entry(id)).toMatchObject({ state: 'completed' });
    // And takes nothing new.
    expect(await job(late)).toMatchObject({ status: 'in_queue', attempt: 0 });
    await processGeneration(onto(quick), late, never());
    await boss.deleteJob('render', uuidOf(late));
  });

  test('puts a render that needs longer back, as often as it is stopped, without counting it as tried', async () => {
    const account = await client();
    const id = await account.start();
    for (let stop = 1; stop <= 4; stop += 1) {
      const engine = pacedEngine();
      const work = await startRenderWorkers(onto(engine), boss, 1);
      await engine.begun(1);
      await held(id, stop);
      await work.stop(100);
      expect(await entry(id)).toEqual({ state: 'retry', retries: 0 });
      expect(await job(id)).toMatchObject({ status: 'processing', attempt: stop });
    }
    const engine = pacedEngine();
    const work = await startRenderWorkers(onto(engine), boss, 1);
    await engine.begun(1);
    engine.advance(1);
    await soon(async () => expect(await job(id)).toMatchObject({ status: 'completed', attempt: 5 }));
    expect(await books(account.id)).toEqual({ balance: 297, inFlight: 0, refunds: 0 });
    await work.stop(5000);
  }, 90_000);
});

describe('priorities', () => {
  /** The jobs in the order in which a lone worker takes them. */
  async function takenInOrder(ids: readonly string[]): Promise<string[]> {
    await soon(async () => {
      for (const id of ids) expect(await job(id)).toMatchObject({ status: 'failed' });
    }, 60_000);
    const taken = await ctx.db
      .select({ id: generationEvents.generationId })
      .from(generationEvents)
      .where(eq(generationEvents.status, 'processing'))
      .orderBy(asc(generationEvents.id));
    return taken.map(({ id }) => id).filter((id) => ids.includes(id));
  }

  test('a hundred jobs of one account, started at once, don’t keep another’s one waiting', async () => {
    const [many, one] = [await client(), await client()];
    const hundred = await Promise.all(Array.from({ length: 100 }, many.start));
    const single = await one.start();
    const work = await startRenderWorkers(onto(quick), boss, 1);
    const order = await takenInOrder([...hundred, single]);
    await work.stop(5000);
    expect(order).toHaveLength(101);
    expect(order.indexOf(single)).toBeLessThanOrEqual(2);
  }, 90_000);

  test('an account’s own jobs are taken in the order of their starts', async () => {
    const account = await client();
    const ids: string[] = [];
    for (let started = 0; started < 6; started += 1) ids.push(await account.start());
    const work = await startRenderWorkers(onto(quick), boss, 1);
    expect(await takenInOrder(ids)).toEqual(ids);
    await work.stop(5000);
  });

  test('a job whose worker died comes before all that were started since', async () => {
    const [many, others] = [await client(), await client()];
    const first: string[] = [];
    for (let started = 0; started < 4; started += 1) first.push(await many.start());
    const taken = await boss.fetch('render', { batchSize: 4 });
    const [lost, ...done] = taken.toReversed();
    if (!lost) throw new Error('nothing was taken');
    await boss.complete('render', done);
    // The row is empty but for the one that is lost, and not yet missed; what is started now counts on from there.
    const since = [await others.start(), await many.start()];
    await ctx.db.execute(
      sql`update queue.job set state = 'retry' where name = 'render' and id = ${lost.id}::uuid`,
    );
    since.push(await others.start(), await many.start());
    const work = await startRenderWorkers(onto(quick), boss, 1);
    const order = await takenInOrder([first.at(-1) ?? '', ...since]);
    await work.stop(5000);
    expect(order[0]).toBe(first.at(-1));
  });

  test('a stream of single jobs doesn’t keep a long row of another account’s waiting for ever', async () => {
    const [many, steady] = [await client(), await client()];
    const row: string[] = [];
    for (let started = 0; started < 5; started += 1) row.push(await many.start());
    const singles = [await steady.start()];
    // Whenever the steady account's job is taken, it starts the next.
    const streaming: Engine = {
      ...quick,
      async render(request, options) {
        if (singles.length < 30) singles.push(await steady.start());
        return quick.render(request, options);
      },
    };
    const work = await startRenderWorkers(onto(streaming), boss, 1);
    const order = await takenInOrder(row);
    expect(order).toEqual(row);
    const everything = await takenInOrder([...row, ...singles]);
    await work.stop(5000);
    expect(everything.indexOf(row[4] ?? '')).toBeLessThan(20);
  }, 90_000);
});

test('the queues keep what this version asks of them, whatever an earlier one asked', async () => {
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
