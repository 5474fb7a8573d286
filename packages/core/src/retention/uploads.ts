import { uploads } from '@restage/db';
import { inArray, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { getUploadKey } from '../uploads/internal.ts';
import { batchSize, getExpiryDate } from './internal.ts';

/**
 * Deletes uploads that were not created, filled or used during the retention period and that no unfinished job needs.
 * Deletes the row first: from then on a start that names the upload is refused. @returns how many
 */
export async function deleteExpiredUploads(ctx: Context, signal: AbortSignal | undefined): Promise<number> {
  const cutoff = getExpiryDate(ctx, ctx.settings.keepUploadsHours);
  if (!cutoff) return 0;
  for (let removed = 0; ; ) {
    if (signal?.aborted) return removed;
    // Skips an upload whose row is locked: a start or a PUT is using it.
    const due = sql`
      select u.id from uploads u
      where greatest(u.created_at, u.received_at, u.used_at) < ${cutoff.toISOString()}::timestamptz
        and not exists (
          select from generations g
          where g.account_id = u.account_id and g.status in ('in_queue', 'processing')
            and 'uploads/' || u.id in (
              split_part(g.inputs->'source'->>'key', '-', 1),
              split_part(g.inputs->'alpha'->>'key', '-', 1),
              split_part(g.inputs->'reference'->>'key', '-', 1)))
      order by u.id limit ${batchSize} for update skip locked`;
    const expired = await ctx.db
      .delete(uploads)
      .where(inArray(uploads.id, sql`(${due})`))
      .returning({ id: uploads.id, attempt: uploads.receivedAttempt });
    for (const { id, attempt } of expired) await ctx.blobs.remove(getUploadKey(id, attempt));
    removed += expired.length;
    if (expired.length < batchSize) return removed;
  }
}
