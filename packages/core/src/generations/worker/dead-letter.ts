import { generations } from '@restage/db';
import { eq } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { completeGeneration } from './complete.ts';

/** Ends a job that no attempt could render, as failed, with a refund. One that has ended is left alone. */
export async function failDeadLettered(ctx: Context, generationId: string): Promise<void> {
  // Where an attempt that was missed wakes and claims the job in between, the next look sees that.
  for (;;) {
    const [generation] = await ctx.db.select().from(generations).where(eq(generations.id, generationId));
    if (!generation || (generation.status !== 'in_queue' && generation.status !== 'processing')) return;
    const ended = await completeGeneration(ctx, generation, {
      status: 'failed',
      error: 'The render failed unexpectedly, on every attempt. The credits were returned.',
    });
    if (!ended) continue;
    ctx.log.error({ generationId }, 'a job failed on every attempt and was refunded');
    return;
  }
}
