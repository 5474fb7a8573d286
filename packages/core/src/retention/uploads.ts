import { uploads } from '@restage/db';
import { inArray, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { uploadKey } from '../uploads/internal.ts';
import { batchSize, before } from './internal.ts';

/**
 * Sweeps uploads that nobody made, filled or used for long enough, and that no job still waits for. The row goes
 * first: from then on a start that names the upload is refused. @returns how many
 */
export async function sweepUploads(ctx: Context, signal: AbortSignal | undefined): Promise<number> {
  const cutoff = before(ctx, ctx.settings.keepUploadsHours);
  if (!cutoff) return 0;
  for (let removed = 0; ; ) {
    if (signal?.aborted) return removed;
    // An upload that a start or a PUT holds at this moment is in use, and is passed over.
    const due = sql`
      select u.id from uploads u
      where greatest(u.created_at, u.received_at, u.used_at) < ${cutoff.toISOString()}::timestamptz
        and not exists (
          select from generations g
          where g.account_id = u.account_id and g.status in ('in_queue', 'processing')
            and 'uploads/' || u.id in
              (g.inputs->'source'->>'key', g.inputs->'alpha'->>'key', g.inputs->'reference'->>'key'))
      order by u.id limit ${batchSize} for update skip locked`;
    const swept = await ctx.db
      .delete(uploads)
      .where(inArray(uploads.id, sql`(${due})`))
      .returning({ id: uploads.id });
    for (const { id } of swept) await ctx.blobs.remove(uploadKey(id));
    removed += swept.length;
    if (swept.length < batchSize) return removed;
  }
}
