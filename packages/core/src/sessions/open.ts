import { limits } from '@restage/contract';
import { apiKeys, consoleSessions, consoleTickets } from '@restage/db';
import { fail, isFailure } from '@restage/errors';
import { and, eq, gt } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { authenticate, hashKey } from '../keys/authenticate.ts';
import { isActiveCondition } from '../keys/internal.ts';
import { meterWrite } from '../limits/meter.ts';
import { withTransaction } from '../transaction.ts';
import { createSecret } from './internal.ts';

/**
 * Opens a console session for a key, or for the key of a ticket, which is used up. It lasts twelve hours, and ends
 * with its key. Opened with a key, it counts as a write of the account, so that nobody fills the table.
 * @returns the session's token, which is given out here and never again
 */
export async function openSession(
  ctx: Context,
  input: { readonly key: string } | { readonly ticket: string },
) {
  if ('ticket' in input) {
    return withTransaction(ctx, async (inside) => {
      const keyId = await redeemTicket(inside, input.ticket);
      return keyId === undefined ? invalid() : insertSession(inside, keyId);
    });
  }
  const account = await authenticate(ctx, { apiKey: input.key, bearer: undefined });
  if (isFailure(account)) return invalid();
  const limited = await meterWrite({ ...ctx, account });
  return limited ?? insertSession(ctx, account.key.id);
}

/** One sentence for every key and ticket that is refused, so that nothing can be learnt by trying. */
function invalid() {
  return fail('INVALID_API_KEY', 'The key or ticket is malformed, unknown, used, revoked or expired.');
}

/** Uses up a ticket: of several requests at once, the one whose DELETE finds the row gets its key. */
async function redeemTicket(ctx: Context, ticket: string): Promise<string | undefined> {
  const now = new Date(ctx.now());
  const [redeemed] = await ctx.db
    .delete(consoleTickets)
    .where(and(eq(consoleTickets.hash, hashKey(ticket)), gt(consoleTickets.expiresAt, now)))
    .returning({ keyId: consoleTickets.keyId });
  if (!redeemed) return undefined;
  const [key] = await ctx.db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.id, redeemed.keyId), isActiveCondition(now)));
  return key?.id;
}

async function insertSession(ctx: Context, keyId: string): Promise<{ token: string; expiresAt: Date }> {
  const token = createSecret(ctx);
  const now = ctx.now();
  const expiresAt = new Date(now + limits.consoleSessionSeconds * 1000);
  await ctx.db
    .insert(consoleSessions)
    .values({ hash: hashKey(token), keyId, createdAt: new Date(now), expiresAt });
  return { token, expiresAt };
}
