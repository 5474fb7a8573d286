import { generations } from '@restage/db';
import { fail } from '@restage/errors';
import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';

/** What to answer for an output whose signed URL is good and whose file isn't there: whether it was swept. */
export async function missingOutput(ctx: Context, generationId: string) {
  const [generation] = await ctx.db
    .select({ sweptAt: generations.sweptAt })
    .from(generations)
    .where(eq(generations.id, generationId));
  if (!generation?.sweptAt) return fail('NOT_FOUND', 'There is no such file.');
  return fail(
    'NOT_FOUND',
    `The file was swept at ${generation.sweptAt.toISOString()}: outputs are kept for a limited time after a job has ended.`,
  );
}
