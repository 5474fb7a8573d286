import { type AccountContext, authenticate, getCachedAccount, meterRead, meterWrite } from '@restage/core';
import { isFailure } from '@restage/errors';
import type { RequestContext } from './context.ts';
import { within } from './within.ts';

/** With the store down or stuck, a caller has an answer this soon, and nothing gets by unmetered. */
const guardMilliseconds = 1000;

/**
 * Requests of one process that may wait for key and rate at once. Those over it are turned away at once: queued, they
 * would be given up before their turn, and the work done for them then would keep all others waiting as well.
 */
const waitersAtMost = 256;

/** How many wait, by what the requests of a process have in common. */
const waiters = new WeakMap<RequestContext['keyCache'], number>();

/**
 * Key, then rate: what stands before every procedure, in the contract's order.
 * @returns the request with its account, or why not; at once where nobody has to be asked, which is most reads
 */
export function admit(ctx: RequestContext, kind: 'query' | 'mutation' | 'subscription') {
  const account = kind === 'mutation' ? undefined : getCachedAccount(ctx, ctx.credentials);
  return account ? admitRead({ ...ctx, account }) : within(guardMilliseconds, admitInTurn(ctx, kind));
}

async function admitInTurn(ctx: RequestContext, kind: 'query' | 'mutation' | 'subscription') {
  const count = waiters.get(ctx.keyCache) ?? 0;
  if (count >= waitersAtMost) throw new Error(`${count} requests wait for the database already`);
  waiters.set(ctx.keyCache, count + 1);
  try {
    const account = await authenticate(ctx, ctx.credentials);
    if (isFailure(account)) return account;
    const known: AccountContext = { ...ctx, account };
    if (kind !== 'mutation') return admitRead(known);
    return (await meterWrite(known)) ?? known;
  } finally {
    waiters.set(ctx.keyCache, (waiters.get(ctx.keyCache) ?? 1) - 1);
  }
}

function admitRead(ctx: AccountContext) {
  return meterRead(ctx) ?? ctx;
}
