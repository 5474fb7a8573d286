import type { RequestPage, VerbInput } from '@restage/contract';
import { requestLog } from '@restage/db';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { invalidPageToken, isSequence } from '../pages.ts';
import { toLoggedRequest } from './present.ts';

/** A page of the account's request log, newest first. The page token is the number of the last row of the page before. */
export async function listRequests(ctx: AccountContext, input: VerbInput<'requests.list'>) {
  const { limit, page_token: before, code, procedure, status } = input;
  if (before !== undefined && !isSequence(before)) return invalidPageToken();
  const rows = await ctx.db
    .select()
    .from(requestLog)
    .where(
      and(
        eq(requestLog.accountId, ctx.account.id),
        before === undefined ? undefined : lt(requestLog.sequence, Number(before)),
        code === undefined ? undefined : eq(requestLog.code, code),
        procedure === undefined ? undefined : eq(requestLog.procedure, procedure),
        status === undefined ? undefined : eq(requestLog.status, status),
      ),
    )
    .orderBy(desc(requestLog.sequence))
    .limit(limit + 1);
  const requests = rows.slice(0, limit);
  const page: RequestPage = {
    requests: requests.map(toLoggedRequest),
    next_page_token: rows.length > limit ? String(requests.at(-1)?.sequence) : null,
  };
  return page;
}
