import type { CreditEntry, CreditPage, VerbInput } from '@restage/contract';
import { creditEntries } from '@restage/db';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { invalidPageToken, isSequence } from '../pages.ts';

/** A page of the account's ledger, newest first. The page token is the number of the last entry of the page before. */
export async function listOwnCredits(ctx: AccountContext, input: VerbInput<'account.credits'>) {
  const { limit, page_token: before } = input;
  if (before !== undefined && !isSequence(before)) return invalidPageToken();
  const rows = await ctx.db
    .select()
    .from(creditEntries)
    .where(
      and(
        eq(creditEntries.accountId, ctx.account.id),
        before === undefined ? undefined : lt(creditEntries.id, Number(before)),
      ),
    )
    .orderBy(desc(creditEntries.id))
    .limit(limit + 1);
  const entries = rows.slice(0, limit);
  const page: CreditPage = {
    entries: entries.map(toCreditEntry),
    next_page_token: rows.length > limit ? String(entries.at(-1)?.id) : null,
  };
  return page;
}

function toCreditEntry(row: typeof creditEntries.$inferSelect): CreditEntry {
  return {
    id: String(row.id),
    // A grant below zero takes back what was granted.
    kind: row.kind === 'grant' && row.credits < 0 ? 'correction' : row.kind,
    credits: row.credits,
    generation_id: row.generationId,
    meter: row.meter,
    note: row.note,
    created_at: row.createdAt.toISOString(),
  };
}
