import type { VerbInput } from '@restage/contract';
import { generations } from '@restage/db';
import { isFailure } from '@restage/errors';
import { openTestServices } from '@restage/testing/support';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { accountUsage, cancelGeneration, processGeneration, startGeneration } from '../../src/index.ts';
import { asAccount, createStubEngine, tinyStart } from '../support/kit.ts';

const server = await openTestServices();
const { ctx } = server;

test('usage counts a job from its start to its end, once, whatever its outcome', async () => {
  const caller = asAccount(ctx, (await server.account()).id);
  const read = async (input: Partial<VerbInput<'account.usage'>> = {}) => {
    const usage = await accountUsage(caller, { group_by: 'day', ...input });
    if (isFailure(usage)) throw new Error(usage.message);
    return usage.buckets.map(({ credits, jobs }) => [credits.api_image_1080p, ...Object.values(jobs)]);
  };
  const start = async () => {
    const job = await startGeneration(caller, tinyStart());
    if (isFailure(job)) throw new Error(job.message);
    return job.id;
  };
  const [first, second, third] = [await start(), await start(), await start()];
  const process = (id: string, how: 'renders' | 'fails') =>
    processGeneration({ ...ctx, engine: createStubEngine(how) }, id, new AbortController().signal);
  // The bucket that holds the jobs is whole, although it is asked for up to a moment before them.
  await ctx.db
    .update(generations)
    .set({ createdAt: new Date('2026-03-05T17:59:00Z') })
    .where(eq(generations.accountId, caller.account.id));
  const range = { from: '2026-03-05T12:00:00Z', to: '2026-03-05T17:30:00Z' };
  expect(await read(range)).toEqual([[9, 0, 0, 0]]);
  await process(first, 'renders');
  await process(first, 'renders');
  expect(await read(range)).toEqual([[9, 1, 0, 0]]);
  await process(second, 'fails');
  await cancelGeneration(caller, { id: third });
  await cancelGeneration(caller, { id: second });
  for (const group_by of ['hour', 'day', 'month'] as const)
    expect((await read({ ...range, group_by })).at(-1)).toEqual([3, 1, 1, 1]);
  expect(await read({ from: '2026-03-06', to: '2026-03-07' })).toEqual([[0, 0, 0, 0]]);
});

test('usage of the last month that a time can name is answered', async () => {
  const caller = asAccount(ctx, (await server.account()).id);
  const usage = await accountUsage(caller, {
    group_by: 'month',
    from: '9999-12-01T00:00:00Z',
    to: '9999-12-31T23:59:59Z',
  });
  expect(usage).toMatchObject({ buckets: [{ start: '9999-12-01T00:00:00.000Z' }] });
});
