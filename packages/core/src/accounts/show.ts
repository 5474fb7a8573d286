import { apiKeys, generations } from '@restage/db';
import { isFailure } from '@restage/errors';
import { and, count, eq, gt, isNull, or } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { findAccount } from './internal.ts';

/** Returns an account for the operator, with the numbers of its jobs and active keys, or NOT_FOUND. */
export async function showAccount(ctx: OperatorContext, id: string) {
  const account = await findAccount(ctx, id);
  if (isFailure(account)) return account;
  const activeKeys = and(
    eq(apiKeys.accountId, id),
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, new Date(ctx.now()))),
  );
  const [keys, jobs] = await Promise.all([
    ctx.db.select({ count: count() }).from(apiKeys).where(activeKeys),
    ctx.db.select({ count: count() }).from(generations).where(eq(generations.accountId, id)),
  ]);
  return { ...account, keys: keys[0]?.count ?? 0, jobs: jobs[0]?.count ?? 0 };
}
