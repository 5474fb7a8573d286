import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { accounts, creditEntries, generations, uploads } from '@restage/db';
import { isFailure } from '@restage/errors';
import { makePng } from '@restage/media/testing';
import { openTestServices } from '@restage/testing/support';
import { count, eq, type SQL, sql } from 'drizzle-orm';
import { describe, expect, test, vi } from 'vitest';
import type { AccountContext } from '../../src/context.ts';
import {
  createUpload,
  receiveUpload,
  reconcile,
  startGeneration,
  startRenderWorkers,
} from '../../src/index.ts';
import type { Queue } from '../../src/queue.ts';
import { asAccount, createStubEngine, tinyStart } from '../support/kit.ts';

const server = await openTestServices();
const { ctx } = server;

const rows = async (table: typeof generations | typeof creditEntries, accountId: string) => {
  const [row] = await ctx.db.select({ count: count() }).from(table).where(eq(table.accountId, accountId));
  return row?.count;
};

/** The files of inputs that came inside requests. */
async function listInputs(): Promise<string[]> {
  const inputs = join(server.directory, 'blobs', 'inputs');
  const entries = await readdir(inputs, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** An upload of a tiny image. */
async function upload(accountId: string) {
  const created = await createUpload(asAccount(ctx, accountId), { filename: 'source.png' });
  if (isFailure(created)) throw new Error(created.message);
  const bytes = (async function* () {
    yield makePng(8, 8);
  })();
  const received = await receiveUpload(ctx, created.id, bytes, AbortSignal.timeout(10_000));
  if (isFailure(received)) throw new Error(received.message);
  return { id: created.id, source_uri: created.beeble_uri };
}

test('a hundred identical requests at once make one job and one charge', async () => {
  const { id } = await server.account({ credits: 100 });
  const input = tinyStart({ idempotency_key: 'the same' });
  const callers = Array.from({ length: 100 }, () => asAccount(ctx, id));
  const outcomes = await Promise.all(callers.map((caller) => startGeneration(caller, input)));
  const ids = new Set(outcomes.map((outcome) => (isFailure(outcome) ? outcome.code : outcome.id)));
  expect(ids.size).toBe(1);
  expect(callers.filter(({ responseMeta }) => !responseMeta.replayed)).toHaveLength(1);
  expect(await rows(generations, id)).toBe(1);
  // The grant and the charge.
  expect(await rows(creditEntries, id)).toBe(2);
  const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, id));
  expect(account).toMatchObject({ balance: 97, inFlight: 1, periodUsage: 3 });
});

test('identical requests at once get the same job, though it takes the last credits', async () => {
  const { id } = await server.account({ credits: 3 });
  const input = tinyStart({ idempotency_key: 'the same' });
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => startGeneration(asAccount(ctx, id), input)),
  );
  const ids = new Set(outcomes.map((outcome) => (isFailure(outcome) ? outcome.code : outcome.id)));
  expect([...ids]).toEqual([expect.stringMatching(/^swx_/)]);
});

test('with credits for a hundred jobs, two hundred requests at once start exactly a hundred', async () => {
  const { id } = await server.account({ credits: 100 });
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, () =>
      startGeneration(asAccount(ctx, id, 1000), tinyStart({ max_resolution: 720 })),
    ),
  );
  const refused = outcomes.filter(isFailure);
  expect(refused.map(({ code }) => code)).toEqual(Array(100).fill('INSUFFICIENT_CREDITS'));
  expect(await rows(generations, id)).toBe(100);
  const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, id));
  expect(account).toMatchObject({ balance: 0, inFlight: 100, periodUsage: 100 });
  expect(await reconcile(ctx)).toEqual([]);
});

test('with room for three jobs in flight, twenty requests at once start exactly three', async () => {
  const { id } = await server.account();
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => startGeneration(asAccount(ctx, id, 3), tinyStart())),
  );
  expect(outcomes.filter((outcome) => !isFailure(outcome))).toHaveLength(3);
  expect(await rows(generations, id)).toBe(3);
});

test('a charge and its job lie in the same billing period, though the month ends in between', async () => {
  const { id } = await server.account();
  const before = Date.UTC(2027, 0, 31, 23, 59, 59, 999);
  const moments = [before, before, before];
  const turning = { ...asAccount(ctx, id), now: () => moments.shift() ?? before + 1000 };
  expect(isFailure(await startGeneration(turning, tinyStart()))).toBe(false);
  expect((await reconcile(ctx)).filter(({ accountId }) => accountId === id)).toEqual([]);
});

/** A caller whose attempts to write a start are counted. */
function countAttempts(caller: AccountContext) {
  let attempts = 0;
  const enqueueRenderSql: Queue['enqueueRenderSql'] = (task) => {
    attempts += 1;
    return ctx.queue.enqueueRenderSql(task);
  };
  return {
    caller: { ...caller, queue: { ...ctx.queue, enqueueRenderSql } },
    getAttempts: () => attempts,
  };
}

test('a start that is refused is tried once, and leaves nothing', async () => {
  const { id } = await server.account({ credits: 2 });
  const { caller, getAttempts } = countAttempts(asAccount(ctx, id));
  const { source_uri } = await upload(id);
  const outcome = await startGeneration(caller, tinyStart({ source_uri, idempotency_key: 'refused' }));
  expect(outcome).toMatchObject({ code: 'INSUFFICIENT_CREDITS' });
  expect(getAttempts()).toBe(1);
  expect(await rows(generations, id)).toBe(0);
  expect((await reconcile(ctx)).filter(({ accountId }) => accountId === id)).toEqual([]);
});

test('a start that is refused is tried again if the account allows it a moment later', async () => {
  const { id } = await server.account();
  await startGeneration(asAccount(ctx, id, 1), tinyStart());
  const { caller, getAttempts } = countAttempts(asAccount(ctx, id, 1));
  const db = new Proxy(ctx.db, {
    get: (target, name) => {
      if (name !== 'execute') return Reflect.get(target, name);
      return async (query: SQL) => {
        const result = await target.execute(query);
        // As if the job that is in flight had ended right after the first attempt.
        if (getAttempts() === 1)
          await target.update(accounts).set({ inFlight: 0 }).where(eq(accounts.id, id));
        return result;
      };
    },
  });
  const job = await startGeneration({ ...caller, db }, tinyStart());
  expect(job).toMatchObject({ status: 'in_queue' });
  expect(getAttempts()).toBe(2);
  expect(await rows(generations, id)).toBe(2);
  // Two charges and the grant.
  expect(await rows(creditEntries, id)).toBe(3);
});

test('a start that is refused at the turn of a billing period is refused for the period in which it was tried', async () => {
  const { id } = await server.account();
  await ctx.db.update(accounts).set({ spendingLimit: 3 }).where(eq(accounts.id, id));
  const before = Date.UTC(2027, 0, 31, 23, 59, 59, 999);
  await startGeneration({ ...asAccount(ctx, id), now: () => before }, tinyStart());
  const { caller, getAttempts } = countAttempts(asAccount(ctx, id));
  const now = () => (getAttempts() === 0 ? before : before + 1);
  const outcome = await startGeneration({ ...caller, now }, tinyStart());
  expect(outcome).toMatchObject({ code: 'HARD_LIMIT_EXCEEDED' });
  expect(getAttempts()).toBe(1);
  expect(await rows(generations, id)).toBe(1);
});

test('jobs of an account that are started at once have priorities one apart', async () => {
  const [first, many] = [await server.account(), await server.account()];
  await startGeneration(asAccount(ctx, first.id), tinyStart());
  await Promise.all(Array.from({ length: 10 }, () => startGeneration(asAccount(ctx, many.id), tinyStart())));
  const entries = await ctx.db.execute<{ priority: number }>(
    sql`select priority from queue.job where group_id = ${many.id} order by priority desc`,
  );
  const [next = 0] = entries.map(({ priority }) => priority);
  expect(entries.map(({ priority }) => next - priority)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('the place of a job is found without reading the whole queue, though that was planned while it was empty', async () => {
  await ctx.db.execute(sql`delete from queue.job_common`);
  // PostgreSQL now knows the table to have no pages.
  await ctx.db.execute(sql`vacuum (analyze) queue.job_common`);
  await ctx.db.transaction(async (tx) => {
    const countScans = async () => {
      const [row] = await tx.execute<{ scans: number }>(
        sql`select seq_scan::integer as scans from pg_stat_xact_all_tables where relid = 'queue.job_common'::regclass`,
      );
      return row?.scans;
    };
    const before = await countScans();
    await tx.execute(sql`select next_render_priority()`);
    expect(await countScans()).toBe(before);
    // A table of that size is otherwise read as a whole.
    await tx.execute(
      sql`select min(priority) from queue.job_common where name = 'render' and state = 'retry'`,
    );
    expect(await countScans()).toBe((before ?? 0) + 1);
  });
});

test('starts, repeats and refusals of one upload at once don’t get in each other’s way', async () => {
  const { id } = await server.account();
  const { source_uri } = await upload(id);
  const outcomes = await Promise.all(
    Array.from({ length: 120 }, (_, index) =>
      startGeneration(asAccount(ctx, id, 20), tinyStart({ source_uri, idempotency_key: `${index % 40}` })),
    ),
  );
  const results = new Set(outcomes.map((outcome) => (isFailure(outcome) ? outcome.code : outcome.status)));
  expect(results).toEqual(new Set(['in_queue', 'CONCURRENT_LIMIT_EXCEEDED']));
  expect(await rows(generations, id)).toBe(20);
  expect((await reconcile(ctx)).filter(({ accountId }) => accountId === id)).toEqual([]);
});

test('a start whose upload is deleted while it is inspected is SOURCE_UNREACHABLE and leaves nothing', async () => {
  const { id } = await server.account({ credits: 10 });
  const deleted = await upload(id);
  const inspect: typeof ctx.media.inspect = async (...input) => {
    const probe = await ctx.media.inspect(...input);
    await ctx.db.delete(uploads).where(eq(uploads.id, deleted.id));
    return probe;
  };
  const caller = { ...asAccount(ctx, id), media: { ...ctx.media, inspect } };
  const outcome = await startGeneration(caller, tinyStart({ source_uri: deleted.source_uri }));
  expect(outcome).toMatchObject({ code: 'SOURCE_UNREACHABLE', param: 'source_uri' });
  expect(await rows(generations, id)).toBe(0);
  const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, id));
  expect(account).toMatchObject({ balance: 10, inFlight: 0, periodUsage: 0 });
});

test('a start whose inputs took longer than they may throws before it charges, and leaves nothing', async () => {
  const { id } = await server.account({ credits: 10 });
  const filesBefore = await listInputs();
  const late = { ...asAccount(ctx, id), settings: { ...ctx.settings, inputsTimeoutMs: -1 } };
  const start = (caller: typeof late) => startGeneration(caller, tinyStart({ idempotency_key: 'late' }));
  await expect(start(late)).rejects.toThrow('the inputs took longer than');
  expect(await rows(generations, id)).toBe(0);
  expect(await rows(creditEntries, id)).toBe(1);
  expect(await listInputs()).toEqual(filesBefore);
  // The key of a start that left nothing is free.
  expect(await start(asAccount(ctx, id))).toMatchObject({ status: 'in_queue' });
});

describe('a job that is started while a worker sleeps', () => {
  /** Milliseconds until it is claimed. */
  async function measureWait(queue: typeof ctx.queue): Promise<number> {
    await server.boss.deleteAllJobs('render');
    const { id } = await server.account();
    const work = await startRenderWorkers({ ...ctx, engine: createStubEngine('fails') }, server.boss, 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const job = await startGeneration({ ...asAccount(ctx, id), queue }, tinyStart());
    if (isFailure(job)) throw new Error(job.message);
    const began = performance.now();
    const taken = async () => {
      const [row] = await ctx.db.select().from(generations).where(eq(generations.id, job.id));
      expect(row?.attempt).toBe(1);
    };
    await vi.waitFor(taken, { timeout: 10_000, interval: 20 });
    const took = performance.now() - began;
    await work.stop(5000);
    return took;
  }

  test('is claimed at once, since the worker is notified', async () => {
    expect(await measureWait(ctx.queue)).toBeLessThan(1000);
  });

  test('is claimed within two seconds, if the process that started it dies before it notifies', async () => {
    expect(await measureWait({ ...ctx.queue, wakeWorkers() {} })).toBeLessThan(2500);
  });
});

test('a start without a queue is JOB_QUEUE_FAILED and leaves nothing', async () => {
  const { id } = await server.account({ credits: 10 });
  await ctx.db.execute(sql`delete from queue.job`);
  await ctx.db.execute(sql`delete from queue.queue where name = 'render'`);
  expect(await startGeneration(asAccount(ctx, id), tinyStart())).toMatchObject({ code: 'JOB_QUEUE_FAILED' });
  expect(await rows(generations, id)).toBe(0);
  const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, id));
  expect(account).toMatchObject({ balance: 10, inFlight: 0, periodUsage: 0 });
});
