import type { RequestDetails, VerbInput } from '@restage/contract';
import { requestLog } from '@restage/db';
import { catalog, fail } from '@restage/errors';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { toLoggedRequest } from './present.ts';

/** A logged call of the account, with what its code means. Of the calls of one batch, the first that failed. */
export async function getRequest(ctx: AccountContext, input: VerbInput<'requests.get'>) {
  const [row] = await ctx.db
    .select()
    .from(requestLog)
    .where(and(eq(requestLog.id, input.id), eq(requestLog.accountId, ctx.account.id)))
    .orderBy(sql`${requestLog.code} is null`, asc(requestLog.sequence))
    .limit(1);
  if (!row) {
    return fail('REQUEST_NOT_FOUND', 'The log of this account has no request with that id.', { param: 'id' });
  }
  const request = toLoggedRequest(row);
  const entry = request.code === null ? undefined : catalog[request.code];
  const details: RequestDetails = {
    ...request,
    meaning: entry?.meaning ?? null,
    resolution: entry?.resolution ?? null,
  };
  return details;
}
