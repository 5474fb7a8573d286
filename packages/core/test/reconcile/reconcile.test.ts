import { accounts, creditEntries, generations } from '@restage/db';
import { isFailure } from '@restage/errors';
import { makePng } from '@restage/media/testing';
import { openTestServices } from '@restage/testing/support';
import { eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountContext } from '../../src/context.ts';
import { completeGeneration } from '../../src/generations/worker/complete.ts';
import { type Finding, grantCredits, reconcile, startGeneration } from '../../src/index.ts';

const server = await openTestServices();
const { ctx } = server;
const source = `data:image/png;base64,${makePng(8, 8).toString('base64')}`;

let account = '';
beforeEach(async () => {
  account = (await server.account()).id;
});

/** Starts a job of 3 credits for the account of the test. */
async function start(): Promise<string> {
  const mine: AccountContext = {
    ...ctx,
    account: {
      id: account,
      key: { id: 'key_test', prefix: 'rsk_test' },
      mode: 'live',
      writeRpm: 100,
      readRpm: 100,
      concurrency: 10,
    },
    responseMeta: { replayed: false },
    largeStrings: new Map(),
  };
  const job = await startGeneration(mine, {
    generation_type: 'image',
    alpha_mode: 'fill',
    max_resolution: 1080,
    source_uri: source,
    prompt: 'a beach',
  });
  if (isFailure(job)) throw new Error(job.message);
  return job.id;
}

async function end(id: string, status: 'completed' | 'failed'): Promise<void> {
  const [generation] = await ctx.db.select().from(generations).where(eq(generations.id, id));
  if (!generation) throw new Error('no job');
  const outputs = { render: 'outputs/a/1/r.png', source: 'outputs/a/1/s.png', alpha: 'outputs/a/1/a.png' };
  const ending =
    status === 'completed' ? { status, outputs, understood: [] } : { status, error: 'as the test asked' };
  expect(await completeGeneration(ctx, generation, ending)).toBe(true);
}

/** The findings for the account of the test, without messages. */
async function listFindings(): Promise<Pick<Finding, 'check' | 'generationId'>[]> {
  const findings = (await reconcile(ctx)).filter(({ accountId }) => accountId === account);
  return findings.map(({ check, generationId }) => ({ check, generationId }));
}

test('reconcile finds nothing in a consistent database', async () => {
  await start();
  await end(await start(), 'failed');
  await grantCredits(ctx, account, { credits: 5, note: 'a present' });
  expect(await listFindings()).toEqual([]);
});

describe('finds', () => {
  test('a balance that is not the sum of the entries', async () => {
    await ctx.db.update(accounts).set({ balance: 999 }).where(eq(accounts.id, account));
    expect(await listFindings()).toEqual([{ check: 'balance', generationId: null }]);
    expect((await reconcile(ctx)).find(({ accountId }) => accountId === account)?.message).toBe(
      'the balance is 999, and the entries sum to 1000',
    );
  });

  test('a wrong count of jobs in flight', async () => {
    await start();
    await ctx.db.update(accounts).set({ inFlight: 2 }).where(eq(accounts.id, account));
    expect(await listFindings()).toEqual([{ check: 'in-flight', generationId: null }]);
  });

  test('a wrong usage of the period', async () => {
    await start();
    await ctx.db.update(accounts).set({ periodUsage: 4 }).where(eq(accounts.id, account));
    expect(await listFindings()).toEqual([{ check: 'period-usage', generationId: null }]);
  });

  test('usage that is not what the ledger says, hour by hour and meter by meter', async () => {
    await end(await start(), 'failed');
    await start();
    await ctx.db.execute(sql`update usage_hours set credits = 5 where account_id = ${account}`);
    expect(await listFindings()).toEqual([{ check: 'usage', generationId: null }]);
    expect((await reconcile(ctx)).find(({ accountId }) => accountId === account)?.message).toMatch(
      /^the usage of api_image_1080p in the hour of [\d-]{10} \d\d:00 UTC is 8 credits, and the ledger's entries sum to 3$/,
    );
  });

  test('usage on another meter than the ledger', async () => {
    const id = await start();
    await ctx.db.update(generations).set({ maxResolution: 720 }).where(eq(generations.id, id));
    expect(await listFindings()).toEqual([
      { check: 'usage', generationId: null },
      { check: 'usage', generationId: null },
    ]);
  });

  test('usage that counts other jobs than have ended', async () => {
    await end(await start(), 'failed');
    await ctx.db.execute(sql`update usage_hours set cancelled = 2 where account_id = ${account}`);
    expect(await listFindings()).toEqual([{ check: 'usage-jobs', generationId: null }]);
    expect((await reconcile(ctx)).find(({ accountId }) => accountId === account)?.message).toMatch(
      /counts 0 completed, 1 failed, 2 cancelled jobs, and the jobs are 0 completed, 1 failed, 0 cancelled$/,
    );
    await ctx.db.execute(sql`delete from usage_hours where account_id = ${account}`);
    expect(await listFindings()).toEqual([{ check: 'usage-jobs', generationId: null }]);
  });

  test('a charge that is not the cost', async () => {
    const id = await start();
    await ctx.db.update(generations).set({ cost: 7 }).where(eq(generations.id, id));
    expect(await listFindings()).toEqual([
      { check: 'usage', generationId: null },
      { check: 'charge', generationId: id },
    ]);
  });

  test('an ended job whose refund is missing', async () => {
    const id = await start();
    await ctx.db.update(generations).set({ status: 'cancelled' }).where(eq(generations.id, id));
    expect(await listFindings()).toEqual([
      { check: 'in-flight', generationId: null },
      { check: 'usage', generationId: null },
      { check: 'refund', generationId: id },
    ]);
  });

  test('a live job that was refunded', async () => {
    const id = await start();
    await end(id, 'failed');
    await ctx.db.update(generations).set({ status: 'processing' }).where(eq(generations.id, id));
    expect((await listFindings()).map(({ check }) => check)).toEqual([
      'in-flight',
      'usage',
      'usage-jobs',
      'refund',
    ]);
  });

  test('an entry in another account’s ledger', async () => {
    const id = await start();
    const other = await server.account();
    await ctx.db.insert(creditEntries).values({
      accountId: other.id,
      generationId: id,
      kind: 'refund',
      credits: 3,
    });
    expect((await listFindings()).map(({ check }) => check)).toEqual(['period-usage', 'refund', 'owner']);
  });

  test('a waiting job without a queue entry', async () => {
    const id = await start();
    await ctx.db.execute(sql`delete from queue.job where data->>'generationId' = ${id}`);
    expect(await listFindings()).toEqual([{ check: 'queue', generationId: id }]);
  });

  test('the missing files of a completed job, until they expire, and the missing input of a waiting one', async () => {
    const id = await start();
    await ctx.blobs.remove(`inputs/${id}/source`);
    expect(await listFindings()).toEqual([{ check: 'blob', generationId: id }]);
    await end(id, 'completed');
    expect((await listFindings()).map(({ check }) => check)).toEqual(['blob', 'blob', 'blob']);
    await ctx.db.update(generations).set({ sweptAt: new Date() }).where(eq(generations.id, id));
    expect(await listFindings()).toEqual([]);
  });
});
