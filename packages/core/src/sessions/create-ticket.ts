import { limits } from '@restage/contract';
import { apiKeys, consoleTickets } from '@restage/db';
import { fail, isFailure } from '@restage/errors';
import { and, desc, eq } from 'drizzle-orm';
import { findAccount } from '../accounts/internal.ts';
import type { Context } from '../context.ts';
import { hashKey } from '../keys/authenticate.ts';
import { isActiveCondition } from '../keys/internal.ts';
import { createSecret } from './internal.ts';

/**
 * Makes a ticket that opens a console session once, within ten minutes, for the account's newest active live key.
 * NOT_FOUND if there is no such account, or if it has no such key.
 */
export async function createTicket(ctx: Pick<Context, 'db' | 'now' | 'random'>, accountId: string) {
  const account = await findAccount(ctx, accountId);
  if (isFailure(account)) return account;
  const now = new Date(ctx.now());
  const [key] = await ctx.db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.accountId, accountId), eq(apiKeys.mode, 'live'), isActiveCondition(now)))
    .orderBy(desc(apiKeys.id))
    .limit(1);
  if (!key) return fail('NOT_FOUND', `The account ${accountId} has no active live key. Create one first.`);
  const ticket = createSecret(ctx);
  const expiresAt = new Date(now.getTime() + limits.consoleTicketSeconds * 1000);
  await ctx.db
    .insert(consoleTickets)
    .values({ hash: hashKey(ticket), keyId: key.id, createdAt: now, expiresAt });
  return { ticket, expiresAt };
}
