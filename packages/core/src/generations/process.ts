import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { generations } from '@restage/db';
import type { RenderResult } from '@restage/engine';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { WorkerContext } from '../context.ts';
import { renderWallSeconds } from '../queue.ts';
import { outputName, scratchDirectory } from '../retention/scratch.ts';
import { changeGeneration } from './event.ts';
import { holdGeneration } from './hold.ts';
import type { Generation } from './internal.ts';
import { discardOutputs, renderGeneration, storeOutputs } from './render.ts';
import { settleGeneration } from './settle.ts';

export interface ProcessOptions {
  /** The most that the attempt may take. */
  readonly wallSeconds?: number;
  /** Called when the render is over, well or not, and only storing and settling it is left. */
  readonly onRendered?: () => Promise<void>;
}

/**
 * Renders a job and ends it: claims it, fetches its inputs, looks at them again, renders in a child process,
 * stores what was made, settles. A job that has ended meanwhile is left alone, so a task may come twice; one
 * that is cancelled, or taken by another attempt, is given up at once.
 * @param signal aborts the render: the worker is to stop, or has lost the task
 */
export async function processGeneration(
  ctx: WorkerContext,
  generationId: string,
  signal: AbortSignal,
  options: ProcessOptions = {},
): Promise<void> {
  const directory = scratchDirectory(ctx, 'render');
  try {
    const [generation] = await Promise.all([
      claim(ctx, generationId),
      mkdir(join(directory, outputName), { recursive: true, mode: 0o700 }),
    ]);
    if (!generation) {
      ctx.log.info({ generationId }, 'a task for a job that has ended was passed over');
    } else if (generation.simulate === 'stall') {
      ctx.log.info({ generationId }, 'a job stalls, as its test asked');
    } else {
      await attempt(ctx, generation, directory, signal, options);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Renders a job that was claimed, and ends it. */
async function attempt(
  ctx: WorkerContext,
  generation: Generation,
  directory: string,
  signal: AbortSignal,
  { wallSeconds = renderWallSeconds, onRendered }: ProcessOptions,
): Promise<void> {
  const { id: generationId } = generation;
  const started = ctx.now();
  const hold = holdGeneration(ctx, generation);
  const late = AbortSignal.timeout(wallSeconds * 1000);
  try {
    const ending = AbortSignal.any([signal, hold.lost, late]);
    let result: RenderResult =
      generation.simulate === 'job-failed'
        ? { kind: 'failed', message: 'The render failed, as the test asked.' }
        : await renderGeneration(ctx, generation, directory, ending, hold);
    await onRendered?.();
    if (!hold.lost.aborted) signal.throwIfAborted();
    if (result.kind === 'failed' && late.aborted) {
      result = { kind: 'failed', message: `The job took longer than ${wallSeconds} seconds and was ended.` };
    }
    const ended = !hold.lost.aborted && (await settle(ctx, generation, result));
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
    hold.release();
  }
}

/** @returns whether this attempt ended the job */
async function settle(ctx: WorkerContext, generation: Generation, result: RenderResult): Promise<boolean> {
  if (result.kind === 'failed') {
    return settleGeneration(ctx, generation, { status: 'failed', error: result.message });
  }
  const outputs = await storeOutputs(ctx, generation, result);
  const ended = await settleGeneration(ctx, generation, { status: 'completed', outputs });
  if (!ended) await discardOutputs(ctx, outputs);
  return ended;
}

/** Takes the job for this attempt; from now on only this attempt may settle it. */
async function claim(ctx: WorkerContext, generationId: string): Promise<Generation | undefined> {
  return changeGeneration(
    ctx,
    and(eq(generations.id, generationId), inArray(generations.status, ['in_queue', 'processing'])),
    {
      status: 'processing',
      attempt: sql`${generations.attempt} + 1`,
      modifiedAt: new Date(ctx.now()),
    },
  );
}
