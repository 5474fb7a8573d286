import { testWorld } from '@restage/api/testing/suite';
import { accounts, creditEntries, generations } from '@restage/db';
import { isFailure } from '@restage/errors';
import { count, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { reconcile, startGeneration } from '../index.ts';
import { as, tinyStart } from '../testing/kit.ts';

const world = await testWorld();
const { ctx } = world;

const rows = async (table: typeof generations | typeof creditEntries, accountId: string) => {
  const [row] = await ctx.db.select({ count: count() }).from(table).where(eq(table.accountId, accountId));
  return row?.count;
};

test('a hundred identical requests at once make one job and one charge', async () => {
  const { id } = await world.account({ credits: 100 });
  const input = tinyStart({ idempotency_key: 'the same' });
  const callers = Array.from({ length: 100 }, () => as(ctx, id));
  const outcomes = await Promise.all(callers.map((caller) => startGeneration(caller, input)));
  const ids = new Set(outcomes.map((outcome) => (isFailure(outcome) ? outcome.code : outcome.id)));
  expect(ids.size).toBe(1);
  expect(callers.filter(({ reply }) => !reply.replayed)).toHaveLength(1);
  expect(await rows(generations, id)).toBe(1);
  // The grant and the charge.
  expect(await rows(creditEntries, id)).toBe(2);
  const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, id));
  expect(account).toMatchObject({ balance: 97, inFlight: 1, periodUsage: 3 });
});

test('with credits for a hundred jobs, two hundred requests at once start exactly a hundred', async () => {
  const { id } = await world.account({ credits: 100 });
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, () => startGeneration(as(ctx, id, 1000), tinyStart({ max_resolution: 720 }))),
  );
  const refused = outcomes.filter(isFailure);
  expect(refused.map(({ code }) => code)).toEqual(Array(100).fill('INSUFFICIENT_CREDITS'));
  expect(await rows(generations, id)).toBe(100);
  const [account] = await ctx.db.select().from(accounts).where(eq(accounts.id, id));
  expect(account).toMatchObject({ balance: 0, inFlight: 100, periodUsage: 100 });
  expect(await reconcile(ctx)).toEqual([]);
});

test('with room for three jobs in flight, twenty requests at once start exactly three', async () => {
  const { id } = await world.account();
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => startGeneration(as(ctx, id, 3), tinyStart())),
  );
  expect(outcomes.filter((outcome) => !isFailure(outcome))).toHaveLength(3);
  expect(await rows(generations, id)).toBe(3);
});

test('a charge and its job lie in the same billing period, though the month turns in between', async () => {
  const { id } = await world.account();
  const before = Date.UTC(2027, 0, 31, 23, 59, 59, 999);
  const moments = [before, before, before];
  const turning = { ...as(ctx, id), now: () => moments.shift() ?? before + 1000 };
  expect(isFailure(await startGeneration(turning, tinyStart()))).toBe(false);
  expect((await reconcile(ctx)).filter(({ accountId }) => accountId === id)).toEqual([]);
});
