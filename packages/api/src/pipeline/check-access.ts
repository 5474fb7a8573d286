import { type AccountContext, authenticate, getCachedAccount, meterRead, meterWrite } from '@restage/core';
import { isFailure } from '@restage/errors';
import type { RequestContext } from '../context.ts';
import type { CallRecord } from './record.ts';
import { withTimeout } from './with-timeout.ts';

/** If the database is down or stuck, callers get an error after this time, and no request skips the rate limit. */
const timeoutMs = 3000;

/**
 * How many requests of a process may wait for the database at once. Further requests fail at once: in a queue, they would
 * time out before their turn, and delay all others.
 */
const maxWaiters = 256;

/** The number of waiting requests, by the key cache that the requests of a process share. */
const waiterCounts = new WeakMap<RequestContext['keyCache'], number>();

/**
 * Checks the API key, then the rate limit: the first steps of every procedure.
 * @param record gets the account, once it is known
 * @returns the context with the account, or the failure; without a promise if the account is cached, as for most reads
 * @throws if the database does not respond in time
 */
export function checkAccess(
  ctx: RequestContext,
  kind: 'query' | 'mutation' | 'subscription',
  record: CallRecord,
) {
  const account = kind === 'mutation' ? undefined : getCachedAccount(ctx, ctx.credentials);
  if (!account) return withDatabase(ctx, () => checkInDatabase(ctx, kind, record));
  record.account = account;
  return checkReadRate({ ...ctx, account });
}

/**
 * Does work that asks the database who calls.
 * @throws if the database does not respond in time, or too many requests already wait for it
 */
export function withDatabase<Value>(
  ctx: Pick<RequestContext, 'keyCache'>,
  work: () => Promise<Value>,
): Promise<Value> {
  return withTimeout(timeoutMs, countWaiter(ctx, work));
}

async function countWaiter<Value>(ctx: Pick<RequestContext, 'keyCache'>, work: () => Promise<Value>) {
  const count = waiterCounts.get(ctx.keyCache) ?? 0;
  if (count >= maxWaiters) throw new Error(`${count} requests already wait for the database.`);
  waiterCounts.set(ctx.keyCache, count + 1);
  try {
    return await work();
  } finally {
    waiterCounts.set(ctx.keyCache, (waiterCounts.get(ctx.keyCache) ?? 1) - 1);
  }
}

async function checkInDatabase(
  ctx: RequestContext,
  kind: 'query' | 'mutation' | 'subscription',
  record: CallRecord,
) {
  const account = await authenticate(ctx, ctx.credentials);
  if (isFailure(account)) return account;
  record.account = account;
  const accountContext: AccountContext = { ...ctx, account };
  if (kind !== 'mutation') return checkReadRate(accountContext);
  return (await meterWrite(accountContext)) ?? accountContext;
}

function checkReadRate(ctx: AccountContext) {
  return meterRead(ctx) ?? ctx;
}
