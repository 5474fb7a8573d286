import { connect, generations } from '@restage/db';
import { isFailure } from '@restage/errors';
import { openTestServices } from '@restage/testing/support';
import { eq, sql } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { getGeneration, startGeneration } from '../../src/index.ts';
import { withTransaction } from '../../src/transaction.ts';
import { asAccount, tinyStart } from '../support/kit.ts';

const server = await openTestServices();
// One connection, so that it knows of all that was asked.
const { db, close } = connect(server.databaseUrl, { max: 1 });
afterAll(close);
const ctx = { ...server.ctx, db };

const accounts = await Promise.all([server.account({ credits: 100 }), server.account({ credits: 100 })]);
const [ours, theirs] = accounts.map(({ id }) => asAccount(ctx, id)) as [
  ReturnType<typeof asAccount>,
  ReturnType<typeof asAccount>,
];

async function started(caller: typeof ours): Promise<string> {
  const job = await startGeneration({ ...caller, db: server.ctx.db }, tinyStart());
  if (isFailure(job)) throw new Error(job.message);
  return job.id;
}
const [ourJob, ourOther, theirJob] = [await started(ours), await started(ours), await started(theirs)];

const notFound = expect.objectContaining({ code: 'JOB_NOT_FOUND' });
const sentTo = (id: string) => expect.objectContaining({ id });

/** How many statements have read jobs. */
async function statements(): Promise<number> {
  const [row] = await db.execute<{ count: number }>(sql`
    select coalesce(sum(generic_plans + custom_plans), 0)::integer as count
    from pg_prepared_statements where statement like '%from "generations"%'`);
  return row?.count ?? Number.NaN;
}

test('reads that come together are one statement, and each gets only its own account’s job', async () => {
  const before = await statements();
  const answers = await Promise.all([
    getGeneration(ours, { id: ourJob }),
    getGeneration(theirs, { id: ourJob }),
    getGeneration(theirs, { id: theirJob }),
    getGeneration(ours, { id: theirJob }),
    getGeneration(ours, { id: ourOther }),
    getGeneration(ours, { id: ourJob }),
    getGeneration(ours, { id: 'swx_01m81xmw1be8avm27pxpegtb65' }),
  ]);
  expect(answers).toEqual([
    sentTo(ourJob),
    notFound,
    sentTo(theirJob),
    notFound,
    sentTo(ourOther),
    sentTo(ourJob),
    notFound,
  ]);
  expect((await statements()) - before).toBe(1);
});

test('a thousand at once are ten statements', async () => {
  const before = await statements();
  const answers = await Promise.all(Array.from({ length: 1000 }, () => getGeneration(ours, { id: ourJob })));
  expect(answers.every((answer) => !isFailure(answer) && answer.id === ourJob)).toBe(true);
  expect((await statements()) - before).toBe(10);
});

test('a statement that fails rejects every read that shares it, and none after', async () => {
  const asked = () => [getGeneration(ours, { id: ourJob }), getGeneration(theirs, { id: theirJob })];
  await server.ctx.db.execute(sql`alter table generations rename to elsewhere`);
  const broken = await Promise.allSettled(asked());
  await server.ctx.db.execute(sql`alter table elsewhere rename to generations`);
  expect(broken.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await Promise.all(asked())).toEqual([sentTo(ourJob), sentTo(theirJob)]);
});

test('a read shows what was written before its call, though another read came first', async () => {
  const before = getGeneration(ours, { id: ourOther });
  await new Promise(setImmediate);
  await server.ctx.db.update(generations).set({ progress: 40 }).where(eq(generations.id, ourOther));
  const after = getGeneration(ours, { id: ourOther });
  expect(await before).toEqual(sentTo(ourOther));
  expect(await after).toMatchObject({ progress: 40 });
});

test('a read in a transaction shows what the transaction wrote, and others do not', async () => {
  await withTransaction({ ...ours, db: server.ctx.db }, async (inside) => {
    await inside.db.update(generations).set({ progress: 70 }).where(eq(generations.id, ourJob));
    const [within, outside] = await Promise.all([
      getGeneration(inside, { id: ourJob }),
      getGeneration(ours, { id: ourJob }),
    ]);
    expect([within, outside]).toMatchObject([{ progress: 70 }, { progress: 0 }]);
  });
});
