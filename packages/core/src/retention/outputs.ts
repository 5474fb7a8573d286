import { generations } from '@restage/db';
import { and, asc, inArray, isNull, lt } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { batchSize, before } from './internal.ts';

/** Sweeps the files of jobs that ended long enough ago. @returns how many jobs */
export async function sweepOutputs(ctx: Context, signal: AbortSignal | undefined): Promise<number> {
  const cutoff = before(ctx, ctx.settings.keepOutputsHours);
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
    const swept = await ctx.db
      .update(generations)
      .set({ sweptAt: new Date(ctx.now()) })
      .where(inArray(generations.id, due))
      .returning({ id: generations.id });
    for (const { id } of swept) {
      // Attempts that were superseded may have left theirs beside the one that counts.
      await ctx.blobs.removeFolder(`outputs/${id}`);
      await ctx.blobs.removeFolder(`inputs/${id}`);
    }
    jobs += swept.length;
    if (swept.length < batchSize) return jobs;
  }
}
