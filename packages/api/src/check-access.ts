import { type AccountContext, authenticate, getCachedAccount, meterRead, meterWrite } from '@restage/core';
import { isFailure } from '@restage/errors';
import type { RequestContext } from './context.ts';
import { withTimeout } from './with-timeout.ts';

/** If the database is down or stuck, callers get an error after this time, and no request skips the rate limit. */
const timeoutMs = 1000;

/**
 * How many requests of a process may wait for the database at once. Further requests fail at once: in a queue, they would
 * time out before their turn, and delay all others.
 */
const maxWaiters = 256;

/** The number of waiting requests, by the key cache that the requests of a process share. */
const waiterCounts = new WeakMap<RequestContext['keyCache'], number>();

/**
 * Checks the API key, then the rate limit: the first steps of every procedure.
 * @returns the context with the account, or the failure; without a promise if the account is cached, as for most reads
 * @throws if the database does not respond in time
 */
export function checkAccess(ctx: RequestContext, kind: 'query' | 'mutation' | 'subscription') {
  const account = kind === 'mutation' ? undefined : getCachedAccount(ctx, ctx.credentials);
  return account ? checkReadRate({ ...ctx, account }) : withTimeout(timeoutMs, checkInDatabase(ctx, kind));
}

async function checkInDatabase(ctx: RequestContext, kind: 'query' | 'mutation' | 'subscription') {
  const count = waiterCounts.get(ctx.keyCache) ?? 0;
  if (count >= maxWaiters) throw new Error(`${count} requests already wait for the database.`);
  waiterCounts.set(ctx.keyCache, count + 1);
  try {
    const account = await authenticate(ctx, ctx.credentials);
    if (isFailure(account)) return account;
    const accountContext: AccountContext = { ...ctx, account };
    if (kind !== 'mutation') return checkReadRate(accountContext);
    return (await meterWrite(accountContext)) ?? accountContext;
  } finally {
    waiterCounts.set(ctx.keyCache, (waiterCounts.get(ctx.keyCache) ?? 1) - 1);
  }
}

function checkReadRate(ctx: AccountContext) {
  return meterRead(ctx) ?? ctx;
}
