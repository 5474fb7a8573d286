import { type DeliveryPage, isId, type VerbInput } from '@restage/contract';
import { webhookDeliveries } from '@restage/db';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import { invalidPageToken } from '../../pages.ts';
import { toDelivery } from './find.ts';

/** A page of the account's deliveries, newest first. The page token is the id of the last one of the page before. */
export async function listOwnDeliveries(ctx: AccountContext, input: VerbInput<'webhooks.list'>) {
  const { limit, page_token: after, generation_id: generationId, status } = input;
  if (after !== undefined && !isId('delivery', after)) return invalidPageToken();
  const table = webhookDeliveries;
  const rows = await ctx.db
    .select()
    .from(table)
    .where(
      and(
        eq(table.accountId, ctx.account.id),
        after === undefined ? undefined : lt(table.id, after),
        generationId === undefined ? undefined : eq(table.generationId, generationId),
        status === undefined ? undefined : eq(table.status, status),
      ),
    )
    .orderBy(desc(table.id))
    .limit(limit + 1);
  const deliveries = rows.slice(0, limit);
  const page: DeliveryPage = {
    deliveries: deliveries.map(toDelivery),
    next_page_token: rows.length > limit ? (deliveries.at(-1)?.id ?? null) : null,
  };
  return page;
}
