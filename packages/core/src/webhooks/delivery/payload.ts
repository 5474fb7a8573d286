import { type DeliveryDetails, idPrefixes } from '@restage/contract';
import { generations } from '@restage/db';
import { eq } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { toOutput } from '../../generations/present.ts';
import type { Delivery } from '../state.ts';

/** The id in the body of a test send: a valid id of no job. */
const testJobId = `${idPrefixes.generation}${'0'.repeat(26)}`;

/**
 * Builds the body of a webhook: `{id, status, output, completed_at}` for a completed job, with URLs signed now, else
 * `{id, status, error, completed_at}`.
 */
export async function buildPayload(ctx: Context, delivery: Delivery): Promise<DeliveryDetails['payload']> {
  if (delivery.generationId === null) {
    return {
      id: testJobId,
      status: 'failed',
      error: 'This is a test of the webhook. There is no such job.',
      completed_at: delivery.createdAt.toISOString(),
    };
  }
  const [generation] = await ctx.db
    .select({
      id: generations.id,
      status: generations.status,
      outputs: generations.outputs,
      error: generations.error,
      completedAt: generations.completedAt,
    })
    .from(generations)
    .where(eq(generations.id, delivery.generationId));
  if (!generation?.completedAt) throw new Error(`the job of delivery ${delivery.id} has not finished`);
  const { id, status, outputs, error, completedAt } = generation;
  const completed_at = completedAt.toISOString();
  return outputs
    ? { id, status, output: toOutput(ctx, outputs), completed_at }
    : { id, status, error, completed_at };
}
