import { generations } from '@restage/db';
import { eq } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { isTerminal } from '../row.ts';
import { completeGeneration } from './complete.ts';

/** Fails and refunds a job that no attempt could render. One that has ended is left alone. */
export async function failDeadLettered(ctx: Context, generationId: string): Promise<void> {
  // If a worker that was taken for dead claims the job meanwhile, the fence holds, and the next round sees its claim.
  for (;;) {
    const [generation] = await ctx.db.select().from(generations).where(eq(generations.id, generationId));
    if (!generation || isTerminal(generation.status)) return;
    const isFailed = await completeGeneration(ctx, generation, {
      status: 'failed',
      error: 'The render failed unexpectedly, on every attempt. The credits were returned.',
    });
    if (!isFailed) continue;
    ctx.log.error({ generationId }, 'job_failed_on_every_attempt');
    return;
  }
}
