import { accounts, creditEntries } from '@restage/db';
import { fail, isFailure } from '@restage/errors';
import { and, between, eq, sql } from 'drizzle-orm';
import { findAccount } from '../accounts/internal.ts';
import type { OperatorContext } from '../context.ts';
import { withTransaction } from '../transaction.ts';

/** The highest balance: that of PostgreSQL's `integer`. */
const maxCredits = 2_147_483_647;

/**
 * Adds credits to an account, or takes some back: one entry in the ledger, and the balance with it, or neither.
 * INVALID_REQUEST if the balance would fall below zero: jobs that were charged stay charged.
 * @param grant.credits whole and not 0; below 0 for a correction
 */
export async function grantCredits(
  ctx: OperatorContext,
  accountId: string,
  grant: { readonly credits: number; readonly note?: string | undefined },
) {
  const { credits, note } = grant;
  if (!Number.isInteger(credits) || credits === 0 || Math.abs(credits) > maxCredits) {
    return fail(
      'INVALID_REQUEST',
      `credits must be a whole number from ${-maxCredits} to ${maxCredits}, and not 0.`,
    );
  }
  return withTransaction(ctx, async (inside) => {
    const [account] = await inside.db
      .update(accounts)
      .set({ balance: sql`${accounts.balance} + ${credits}` })
      .where(
        and(
          eq(accounts.id, accountId),
          between(accounts.balance, Math.max(0, -credits), Math.min(maxCredits, maxCredits - credits)),
        ),
      )
      .returning({ balance: accounts.balance });
    if (!account) {
      const found = await findAccount(inside, accountId);
      if (isFailure(found)) return found;
      return fail(
        'INVALID_REQUEST',
        credits < 0
          ? `The account has ${found.balance} credits: ${-credits} can't be taken from it.`
          : `The account has ${found.balance} credits, and may have at most ${maxCredits}.`,
      );
    }
    const [entry] = await inside.db
      .insert(creditEntries)
      .values({
        accountId,
        kind: 'grant',
        credits,
        note: note ?? null,
        createdAt: new Date(inside.now()),
      })
      .returning({ id: creditEntries.id });
    if (!entry) throw new Error(`a grant to ${accountId} left no entry`);
    return { accountId, entry: entry.id, credits, balance: account.balance };
  });
}
