import { generations } from '@restage/db';
import { fail } from '@restage/errors';
import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';

/** Explains why an output with a valid signed URL has no file: it has expired, or never existed. */
export async function explainMissingOutput(ctx: Context, generationId: string) {
  const [generation] = await ctx.db
    .select({ sweptAt: generations.sweptAt })
    .from(generations)
    .where(eq(generations.id, generationId));
  if (!generation?.sweptAt) return fail('NOT_FOUND', 'There is no such file.');
  return fail(
    'NOT_FOUND',
    `The file was deleted at ${generation.sweptAt.toISOString()}: outputs are kept for a limited time after a job has ended.`,
  );
}
