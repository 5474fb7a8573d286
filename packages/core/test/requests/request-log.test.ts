import { requestLog } from '@restage/db';
import { openTestServices } from '@restage/testing/support';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';

const { ctx } = await openTestServices();

test('rows are written as they were added, without the characters that PostgreSQL does not store', async () => {
  const row = {
    id: 'req_a',
    accountId: 'acc_a',
    at: new Date('2026-11-27T10:00:00.123Z'),
    procedure: 'generations.get',
    transport: 'trpc',
    status: 404,
    code: 'JOB_NOT_FOUND',
    param: 'id',
    message: 'a “quote”, a \\ and é',
    durationMs: 12,
    keyPrefix: 'rsk_a',
    generationId: null,
  } as const;
  ctx.requests.add(row);
  ctx.requests.add({ ...row, id: 'req_b', code: null, param: null, message: 'a\0b \ud800' });
  await ctx.requests.flush();
  const rows = await ctx.db.select().from(requestLog).where(eq(requestLog.accountId, 'acc_a'));
  expect(rows).toMatchObject([
    row,
    { ...row, id: 'req_b', code: null, param: null, message: 'a\ufffdb \ufffd' },
  ]);
  expect(ctx.requests.dropped).toBe(0);
});
