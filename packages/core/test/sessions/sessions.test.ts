import { connect, consoleSessions, consoleTickets } from '@restage/db';
import { isFailure } from '@restage/errors';
import { openTestServices } from '@restage/testing/support';
import { sql } from 'drizzle-orm';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import type { Context } from '../../src/context.ts';
import {
  authenticate,
  createTicket,
  deleteExpiredSessions,
  endSession,
  issueKey,
  openSession,
  revokeKey,
} from '../../src/index.ts';
import { isActiveKey } from '../../src/keys/verify.ts';

const server = await openTestServices();
const { ctx, clock } = server;

// A second process: a pool and a cache of its own, on the same database.
const connection = connect(server.databaseUrl);
const locker = connect(server.databaseUrl);
afterAll(() => Promise.all([connection.close(), locker.close()]));
const processes: readonly Context[] = [ctx, { ...ctx, db: connection.db, keyCache: new Map() }];

beforeEach(() => {
  clock.offset = 0;
  for (const { keyCache } of processes) keyCache.clear();
});

const bySession = (session: string) => ({ apiKey: undefined, bearer: undefined, session });
const accepted = (session: string) =>
  Promise.all(processes.map(async (process) => !isFailure(await authenticate(process, bySession(session)))));

function must<Value extends object>(value: Value): Exclude<Value, { readonly code: string }> {
  if (isFailure(value)) throw new Error(value.message);
  return value as Exclude<Value, { readonly code: string }>;
}

const issue = async (accountId: string, mode: 'live' | 'test' = 'live', expiresAt?: Date) =>
  must(await issueKey(ctx, accountId, { name: 'console', mode, expiresAt }));

async function open() {
  const { id: accountId } = await server.account();
  const issued = await issue(accountId);
  const { token } = must(await openSession(ctx, { key: issued.key }));
  return { ...issued, token };
}

test('a session gives the account of its key', async () => {
  const { key, token } = await open();
  const byKey = await authenticate(ctx, { apiKey: key, bearer: undefined });
  expect(await authenticate(ctx, bySession(token))).toEqual(byKey);
  // Once more, from the cache.
  expect(await authenticate(ctx, bySession(token))).toEqual(byKey);
});

test('an ended session stops at once in its own process, and within five seconds in every other', async () => {
  const { token } = await open();
  expect(await accepted(token)).toEqual([true, true]);
  await endSession(ctx, token);
  expect(await accepted(token)).toEqual([false, true]);
  clock.offset += 5000;
  expect(await accepted(token)).toEqual([false, false]);
});

test('a session stops within five seconds of its key’s revocation in every process', async () => {
  const { id, token } = await open();
  expect(await accepted(token)).toEqual([true, true]);
  await revokeKey(ctx, id);
  clock.offset += 5000;
  expect(await accepted(token)).toEqual([false, false]);
});

test.each([
  ['its key is revoked', (opened: { id: string }) => revokeKey(ctx, opened.id)],
  ['it has ended', (opened: { token: string }) => endSession(ctx, opened.token)],
  [
    'it has expired',
    async () => {
      clock.offset += 12 * 3_600_000;
    },
  ],
])('a stream’s check of a session fails once %s, and the cache forgets it', async (_, end) => {
  const opened = await open();
  const other = processes[1] as Context;
  expect(await isActiveKey(other, bySession(opened.token))).toBe(true);
  expect(isFailure(await authenticate(other, bySession(opened.token)))).toBe(false);
  await end(opened);
  expect(await isActiveKey(other, bySession(opened.token))).toBe(false);
  expect(other.keyCache.size).toBe(0);
});

test('a ticket is bound to the newest active live key of the account', async () => {
  const { id: accountId } = await server.account();
  await issue(accountId);
  // Keys of one millisecond are in no order.
  clock.offset += 1;
  const newest = await issue(accountId);
  const revoked = await issue(accountId);
  await revokeKey(ctx, revoked.id);
  await issue(accountId, 'test');
  await issue(accountId, 'live', new Date(ctx.now() + 1000));
  clock.offset += 1000;
  const { ticket, expiresAt } = must(await createTicket(ctx, accountId));
  expect(expiresAt.getTime() - ctx.now()).toBeGreaterThan(590_000);
  const { token } = must(await openSession(ctx, { ticket }));
  expect(await authenticate(ctx, bySession(token))).toMatchObject({
    id: accountId,
    key: { id: newest.id },
    mode: 'live',
  });
});

test('an account without an active live key, or that isn’t there, gets no ticket', async () => {
  const { id: accountId } = await server.account({ mode: 'test' });
  await revokeKey(ctx, (await issue(accountId)).id);
  expect(await createTicket(ctx, accountId)).toMatchObject({
    code: 'NOT_FOUND',
    message: `The account ${accountId} has no active live key. Create one first.`,
  });
  expect(await createTicket(ctx, 'acc_none')).toMatchObject({ code: 'NOT_FOUND' });
});

test('of two processes that redeem a ticket at once one gets a session', async () => {
  const { id: accountId } = await server.account();
  const { ticket } = must(await createTicket(ctx, accountId));
  let redeeming: Promise<Awaited<ReturnType<typeof openSession>>[]> | undefined;
  // Both are held up at the ticket's row, and go on at the same moment.
  await locker.db.transaction(async (db) => {
    await db.execute(sql`select from ${consoleTickets} for update`);
    redeeming = Promise.all(processes.map((process) => openSession(process, { ticket })));
    await vi.waitFor(async () => {
      await db.execute(sql`select pg_stat_clear_snapshot()`);
      const waiting = await db.execute(
        sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(2);
    });
  });
  const opened = (await redeeming) ?? [];
  expect(opened).toHaveLength(2);
  expect(opened.filter(isFailure)).toMatchObject([{ code: 'INVALID_API_KEY' }]);
});

test('only what has expired is deleted', async () => {
  await ctx.db.delete(consoleSessions);
  await ctx.db.delete(consoleTickets);
  const { accountId, token } = await open();
  await createTicket(ctx, accountId);
  clock.offset += 11 * 3_600_000;
  await createTicket(ctx, accountId);
  expect(await deleteExpiredSessions(ctx)).toBe(1);
  expect(await accepted(token)).toEqual([true, true]);
  expect(await ctx.db.select().from(consoleTickets)).toHaveLength(1);
  clock.offset += 3_600_000;
  expect(await deleteExpiredSessions(ctx)).toBe(2);
  expect(await ctx.db.select().from(consoleSessions)).toEqual([]);
});
