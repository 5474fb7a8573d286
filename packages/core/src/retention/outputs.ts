import { generations } from '@restage/db';
import { and, asc, inArray, isNull, lt } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { batchSize, getExpiryDate } from './internal.ts';

/** Deletes the files of jobs that finished before the retention period. @returns the number of jobs */
export async function deleteExpiredOutputs(ctx: Context, signal: AbortSignal | undefined): Promise<number> {
  const cutoff = getExpiryDate(ctx, ctx.settings.keepOutputsHours);
  if (!cutoff) return 0;
  for (let jobs = 0; ; ) {
    if (signal?.aborted) return jobs;
    const due = ctx.db
      .select({ id: generations.id })
      .from(generations)
      .where(
        and(
          inArray(generations.status, ['completed', 'failed', 'cancelled']),
          isNull(generations.sweptAt),
          lt(generations.completedAt, cutoff),
        ),
      )
      .orderBy(asc(generations.completedAt))
      .limit(batchSize);
    const expired = await ctx.db
      .update(generations)
      .set({ sweptAt: new Date(ctx.now()) })
      .where(inArray(generations.id, due))
      .returning({ id: generations.id });
    for (const { id } of expired) {
      // Superseded attempts may have left files beside those of the final one.
      await ctx.blobs.removeFolder(`outputs/${id}`);
      await ctx.blobs.removeFolder(`inputs/${id}`);
    }
    jobs += expired.length;
    if (expired.length < batchSize) return jobs;
  }
}
