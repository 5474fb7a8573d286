import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { requestLog } from '@restage/db';
import { openTransports } from '@restage/testing/support';
import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { createDatabaseProxy } from '../support/database-proxy.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

const proxy = createDatabaseProxy();
const settings = { readRpm: 1_000_000 };
const server = await openTransports({ work: false, databaseUrl: proxy.start, settings });
const { ctx, clock, url } = server;

/** Requests that are on their way at once. */
const concurrency = 64;
const requests = 10_000;
/** What the log keeps while it can't write. */
const maxWaitingRows = 10_000;

/** An account whose key the server knows for an hour, however long the database is away. */
async function openAccount() {
  const account = await server.account();
  const response = await fetch(`${url}/v1/account/info`, { headers: { 'x-api-key': account.key } });
  expect(response.status).toBe(200);
  await ctx.requests.flush();
  clock.offset -= 3_600_000;
  return account;
}

/** Sends requests that fail, as fast as the machine can, and expects the right answer to each. */
async function failRequests(key: string, count: number): Promise<void> {
  let left = count;
  const answers = new Map<string, number>();
  const sendRequests = async () => {
    while (left > 0) {
      left -= 1;
      const response = await fetch(`${url}/v1/switchx/generations?limit=0`, {
        headers: { 'x-api-key': key },
      });
      const { error } = (await response.json()) as { error: { code: string } };
      const answer = `${response.status} ${error.code} ${response.headers.get('x-error-param')}`;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sendRequests));
  expect([...answers]).toEqual([['400 INVALID_REQUEST limit', count]]);
}

async function countRows(accountId: string): Promise<number> {
  return ctx.db.$count(requestLog, eq(requestLog.accountId, accountId));
}

function measureHeap(): number {
  // What the tests keep of the server's own log.
  server.lines.length = 0;
  (collectGarbage as () => void)();
  return process.memoryUsage().heapUsed;
}

test('ten thousand failing requests in a row are answered, and each is logged or counted as dropped', async () => {
  const { id, key } = await openAccount();
  const before = ctx.requests.dropped;
  await failRequests(key, requests);
  await ctx.requests.flush();
  const [rows, dropped] = [await countRows(id), ctx.requests.dropped - before];
  expect(rows + dropped).toBe(requests);
  expect(rows).toBeGreaterThan(requests / 2);
});

test('while the log’s table is gone, ten thousand failing requests are answered, and all rows are dropped', async () => {
  const { id, key } = await openAccount();
  const before = ctx.requests.dropped;
  await ctx.db.execute(sql`alter table ${requestLog} rename to request_log_away`);
  await failRequests(key, requests);
  await ctx.requests.flush();
  await ctx.db.execute(sql`alter table request_log_away rename to request_log`);
  expect(ctx.requests.dropped - before).toBe(requests);
  await failRequests(key, 1);
  await ctx.requests.flush();
  expect(await countRows(id)).toBe(1);
});

test('while the database is frozen, failing requests are answered, memory is bounded, and the log is written later', async () => {
  const { id, key } = await openAccount();
  const before = ctx.requests.dropped;
  proxy.freeze();
  await failRequests(key, requests);
  const heap = measureHeap();
  await failRequests(key, requests);
  // The second half adds at most what the first left room for: a batch on its way.
  expect(measureHeap() - heap).toBeLessThan(5_000_000);
  proxy.recover();
  await ctx.requests.flush();
  const rows = await countRows(id);
  expect(rows + ctx.requests.dropped - before).toBe(2 * requests);
  expect(rows).toBeLessThanOrEqual(maxWaitingRows);
  // Batches that were sent over a lost connection are lost with it.
  expect(rows).toBeGreaterThan(maxWaitingRows / 2);
});
