import { generations } from '@restage/db';
import type { RenderResult } from '@restage/engine';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { WorkerContext } from '../../context.ts';
import { prepared } from '../../prepared.ts';
import { renderWallSeconds } from '../../queue.ts';
import { makeRenderFolder, type RenderFolder, removeRenderFolder } from '../../retention/scratch.ts';
import type { Generation } from '../internal.ts';
import { completeGeneration } from './complete.ts';
import { acquireLease, type JobLease } from './lease.ts';
import { discardOutputs, renderGeneration, storeOutputs } from './render.ts';
import { updateStatusSql } from './update-job.ts';

const inFlight: Generation['status'][] = ['in_queue', 'processing'];

const isInFlight = (job: Generation | undefined) => job !== undefined && inFlight.includes(job.status);

const ofId = eq(generations.id, sql.placeholder('id'));

const foundJob = prepared((db) => db.select().from(generations).where(ofId).prepare('found_job'));

const claimingJob = prepared((db) =>
  updateStatusSql(db, and(ofId, inArray(generations.status, inFlight)), {
    status: 'processing',
    attempt: sql`${generations.attempt} + 1`,
    modifiedAt: sql`${sql.placeholder('now')}::timestamptz`,
  }).prepare('claiming_job'),
);

export interface ProcessOptions {
  /** The most that the attempt may take. */
  readonly wallSeconds?: number;
  /** Where the attempt puts its files, and what is removed after it; by default a new one. */
  readonly folder?: RenderFolder | undefined;
  /** Called when the engine sets to work. */
  readonly onBegun?: (() => void) | undefined;
  /** Called when the render is over, well or not, and only storing and settling it is left. */
  readonly onRendered?: () => Promise<void>;
}

/**
 * Renders a job and ends it: claims it, fetches its inputs, looks at them again, renders in a child process,
 * stores what was made, settles. A job that has ended meanwhile is left alone, so a task may come twice; one
 * that is cancelled, or taken by another attempt, is given up at once.
 * @param signal aborts the render: the worker is to stop, or has lost the task
 * @returns whether the job's task is done: not if another attempt has the job, for that may yet die
 */
export async function processGeneration(
  ctx: WorkerContext,
  generationId: string,
  signal: AbortSignal,
  options: ProcessOptions = {},
): Promise<boolean> {
  const { folder = makeRenderFolder(ctx) } = options;
  const finding = find(ctx, generationId);
  const hold = acquireLease(ctx, generationId, claim(ctx, generationId));
  try {
    const [job] = await Promise.all([finding, folder.made]);
    return await attempt(ctx, job, hold, folder.path, signal, options);
  } finally {
    await hold.release();
    await removeRenderFolder(folder);
  }
}

/** Renders a job while it is being claimed, which waits for the disk, and ends it once that is done. */
async function attempt(
  ctx: WorkerContext,
  job: Generation | undefined,
  hold: JobLease,
  directory: string,
  signal: AbortSignal,
  { wallSeconds = renderWallSeconds, onBegun, onRendered }: ProcessOptions,
): Promise<boolean> {
  const started = ctx.now();
  const late = AbortSignal.timeout(wallSeconds * 1000);
  const ending = AbortSignal.any([signal, hold.lost, late]);
  let result = job && (await render(ctx, job, hold, directory, ending, onBegun));
  // Nothing is written of a render before its attempt has a number that no other can have.
  const generation = await hold.claimed;
  if (!generation || !job) {
    ctx.log.info({ generationId: job?.id }, 'a task for a job that has ended was passed over');
    return true;
  }
  const { id: generationId } = generation;
  if (!result) {
    ctx.log.info({ generationId }, 'a job stalls, as its test asked');
    return true;
  }
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
  return ended || !isInFlight(await find(ctx, generationId));
}

/** @returns what came of it; undefined for a job that is not to be rendered */
async function render(
  ctx: WorkerContext,
  job: Generation,
  hold: JobLease,
  directory: string,
  signal: AbortSignal,
  onBegun?: () => void,
): Promise<RenderResult | undefined> {
  if (!isInFlight(job) || job.simulate === 'stall') return undefined;
  if (job.simulate === 'job-failed') {
    return { kind: 'failed', message: 'The render failed, as the test asked.' };
  }
  return renderGeneration(ctx, job, directory, signal, hold, onBegun);
}

/** @returns whether this attempt ended the job */
async function settle(ctx: WorkerContext, generation: Generation, result: RenderResult): Promise<boolean> {
  if (result.kind === 'failed') {
    return completeGeneration(ctx, generation, { status: 'failed', error: result.message });
  }
  const outputs = await storeOutputs(ctx, generation, result);
  const ended = await completeGeneration(ctx, generation, { status: 'completed', outputs });
  if (!ended) await discardOutputs(ctx, outputs);
  return ended;
}

/**
 * Takes the job for this attempt; from now on only this attempt may settle it. The commit waits for the disk: were it
 * lost in a crash, the next attempt would have the same number, pass the same fence and write to the same files.
 */
async function claim(ctx: WorkerContext, id: string): Promise<Generation | undefined> {
  const [job] = await claimingJob(ctx.db).execute({ id, now: new Date(ctx.now()).toISOString() });
  return job;
}

async function find(ctx: WorkerContext, id: string): Promise<Generation | undefined> {
  const [job] = await foundJob(ctx.db).execute({ id });
  return job;
}
