import { connect } from '@restage/db';
import { isFailure } from '@restage/errors';
import { openTestServices } from '@restage/testing/support';
import { afterAll, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { authenticate, issueKey, listKeys, revokeKey } from '../../src/index.ts';

const server = await openTestServices();
const { ctx, clock } = server;
const { id: account } = await server.account();

// A second process: a pool and a cache of its own, on the same database.
const connection = connect(server.databaseUrl);
afterAll(() => connection.close());
const processes: readonly Context[] = [ctx, { ...ctx, db: connection.db, keyCache: new Map() }];

const isAccepted = async (process: Context, apiKey: string) =>
  !isFailure(await authenticate(process, { apiKey, bearer: undefined }));
const areAccepted = (apiKey: string) => Promise.all(processes.map((process) => isAccepted(process, apiKey)));

async function issue(expiresAt?: Date) {
  const issued = await issueKey(ctx, account, { name: 'test', mode: 'live', expiresAt });
  if (isFailure(issued)) throw new Error(issued.message);
  return issued;
}

test('a revoked key stops working within five seconds in every process, cached or not', async () => {
  const { id, key } = await issue();
  expect(await areAccepted(key)).toEqual([true, true]);
  const revoked = ctx.now();
  expect(await revokeKey(ctx, id)).toMatchObject({ id, revokedAt: expect.any(Date) });
  clock.offset += 5000 - (ctx.now() - revoked);
  expect(await areAccepted(key)).toEqual([false, false]);
});

test('a slow answer of the database is not cached for longer', async () => {
  const { id, key } = await issue();
  const [process] = processes;
  if (!process) throw new Error('no process');
  const now = ctx.now();
  // Time passes while the database answers.
  const times = [now];
  const slow = { ...process, keyCache: new Map(), now: () => times.shift() ?? now + 3000 };
  expect(await isAccepted(slow, key)).toBe(true);
  await revokeKey(ctx, id);
  expect(await isAccepted({ ...slow, now: () => now + 5001 }, key)).toBe(false);
});

test('a key stops working at its expiry, though it is in the cache', async () => {
  const { key } = await issue(new Date(ctx.now() + 2000));
  expect(await areAccepted(key)).toEqual([true, true]);
  clock.offset += 2001;
  expect(await areAccepted(key)).toEqual([false, false]);
  expect(await issueKey(ctx, account, { name: 'late', mode: 'live', expiresAt: new Date(0) })).toMatchObject({
    code: 'INVALID_REQUEST',
  });
});

test('keys are listed newest first, with their last use and neither key nor hash', async () => {
  const owner = (await server.account()).id;
  const first = await issueKey(ctx, owner, { name: 'second', mode: 'test' });
  if (isFailure(first)) throw new Error(first.message);
  await isAccepted(ctx, first.key);
  const keys = await listKeys(ctx, owner);
  expect(keys).toMatchObject([
    { id: first.id, prefix: first.key.slice(0, 13), name: 'second', mode: 'test', revokedAt: null },
    { name: 'test', mode: 'live', lastUsedAt: null },
  ]);
  expect(keys).toHaveProperty('0.lastUsedAt', expect.any(Date));
  expect(JSON.stringify(keys)).not.toContain(first.key);
  expect(Object.keys(isFailure(keys) ? {} : (keys[0] ?? {}))).not.toContain('hash');
});

test('revoking again keeps the first moment; a key or an account that isn’t there is NOT_FOUND', async () => {
  const { id } = await issue();
  const first = await revokeKey(ctx, id);
  clock.offset += 1000;
  expect(await revokeKey(ctx, id)).toEqual(first);
  expect(await revokeKey(ctx, 'key_none')).toMatchObject({ code: 'NOT_FOUND' });
  expect(await listKeys(ctx, 'acc_none')).toMatchObject({ code: 'NOT_FOUND' });
  expect(await issueKey(ctx, 'acc_none', { name: 'x', mode: 'live' })).toMatchObject({ code: 'NOT_FOUND' });
});
