import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { generations } from '@restage/db';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { WorkerContext } from '../context.ts';
import type { Generation } from './internal.ts';
import { discardOutputs, renderGeneration, storeOutputs } from './render.ts';
import { settleGeneration } from './settle.ts';

/**
 * Renders a job and ends it: claims it, fetches its inputs, looks at them again, renders in a child process,
 * stores what was made, settles. A job that has ended meanwhile is left alone, so a task may come twice.
 * @param signal aborts the render: the worker is to stop, or has lost the task
 */
export async function processGeneration(
  ctx: WorkerContext,
  generationId: string,
  signal: AbortSignal,
): Promise<void> {
  const generation = await claim(ctx, generationId);
  if (!generation) {
    ctx.log.info({ generationId }, 'a task for a job that has ended was passed over');
    return;
  }
  const started = ctx.now();
  await mkdir(ctx.settings.workDirectory, { recursive: true });
  const directory = await mkdtemp(join(ctx.settings.workDirectory, 'render-'));
  try {
    const result = await renderGeneration(ctx, generation, directory, signal);
    signal.throwIfAborted();
    let ended: boolean;
    if (result.kind === 'failed') {
      ended = await settleGeneration(ctx, generation, { status: 'failed', error: result.message });
    } else {
      const outputs = await storeOutputs(ctx, generation, result);
      ended = await settleGeneration(ctx, generation, { status: 'completed', outputs });
      if (!ended) await discardOutputs(ctx, outputs);
    }
    ctx.log.info(
      {
        generationId,
        attempt: generation.attempt,
        outcome: ended ? result.kind : 'superseded',
        milliseconds: ctx.now() - started,
        ...(result.kind === 'failed' ? { reason: result.message } : { notes: result.notes }),
      },
      'a render ended',
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Takes the job for this attempt; from now on only this attempt may settle it. */
async function claim(ctx: WorkerContext, generationId: string): Promise<Generation | undefined> {
  const [generation] = await ctx.db
    .update(generations)
    .set({
      status: 'processing',
      attempt: sql`${generations.attempt} + 1`,
      modifiedAt: new Date(ctx.now()),
    })
    .where(and(eq(generations.id, generationId), inArray(generations.status, ['in_queue', 'processing'])))
    .returning();
  return generation;
}
