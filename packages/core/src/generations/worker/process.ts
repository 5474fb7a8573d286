import { generations } from '@restage/db';
import type { RenderResult } from '@restage/engine';
import { type FailureValue, failWith, isFailure } from '@restage/errors';
import { eq } from 'drizzle-orm';
import type { WorkerContext } from '../../context.ts';
import { renderWallSeconds } from '../../queues.ts';
import { withSpan } from '../../telemetry/with-span.ts';
import { type Generation, isTerminal } from '../row.ts';
import { completeGeneration } from './complete.ts';
import { type InputFailure, withInputs } from './fetch.ts';
import { acquireLease, type JobLease } from './lease.ts';
import { discardOutputs, renderGeneration, storeOutputs } from './render.ts';
import { type Workspace, withWorkspace } from './workspace.ts';

/**
 * Makes one attempt at a job: claims it, fetches and checks its inputs, renders in a child process, stores the outputs
 * and completes the job. A job that has ended is left alone, so a task may come twice; an attempt whose lease is lost
 * ends at once.
 * @param signal aborts the attempt: the worker is to stop, or the queue has given the task to another
 * @param wallSeconds the most that the attempt may take
 * @returns whether the task is done: not if another attempt holds the job, for that may yet die
 */
export async function processGeneration(
  ctx: WorkerContext,
  generationId: string,
  signal: AbortSignal,
  wallSeconds: number = renderWallSeconds,
): Promise<boolean> {
  const lease = await acquireLease(ctx, generationId);
  if (!lease) {
    // A claim whose answer was lost with its connection looks the same: only the job itself says whether it has ended.
    const isDone = await hasEnded(ctx, generationId);
    ctx.log.info({ generationId }, isDone ? 'job_already_ended' : 'job_claim_failed');
    return isDone;
  }
  recordWait(ctx, lease.job);
  try {
    if (lease.job.simulate === 'stall') {
      ctx.log.info({ generationId }, 'job_stalls_as_simulated');
      return true;
    }
    return await withWorkspace(ctx, (workspace) => attempt(ctx, lease, workspace, signal, wallSeconds));
  } finally {
    lease.release();
  }
}

/** Records how long a job waited, at its first attempt. */
function recordWait({ telemetry, now }: WorkerContext, job: Generation): void {
  if (job.attempt > 1) return;
  const seconds = Math.max(0, (now() - job.createdAt.getTime()) / 1000);
  telemetry.record('restage.job.wait.duration', seconds, { 'restage.job.type': job.generationType });
}

/** What an attempt gave: what the engine says, or why the engine was not asked. */
type AttemptResult = RenderResult | InputFailure | FailureValue<'SIMULATED'>;

async function attempt(
  ctx: WorkerContext,
  lease: JobLease,
  workspace: Workspace,
  signal: AbortSignal,
  wallSeconds: number,
): Promise<boolean> {
  const { job, lost } = lease;
  const startedAt = ctx.now();
  const timeout = AbortSignal.timeout(wallSeconds * 1000);
  let result = await fetchAndRender(ctx, lease, workspace, AbortSignal.any([signal, lost, timeout])).catch(
    (error: unknown) => {
      // Whatever was under way when the lease was lost is of no interest.
      if (!lost.aborted) throw error;
      return failWith('CANCELLED', 'The attempt lost its job.');
    },
  );
  if (!lost.aborted) signal.throwIfAborted();
  if (isFailure(result) && timeout.aborted) {
    result = failWith('TIMED_OUT', `The job took longer than ${wallSeconds} seconds and was ended.`);
  }
  const isCompleted = !lost.aborted && (await storeAndComplete(ctx, job, result));
  ctx.log.info(
    {
      generationId: job.id,
      attempt: job.attempt,
      outcome: !isCompleted ? 'superseded' : isFailure(result) ? 'failed' : 'rendered',
      milliseconds: ctx.now() - startedAt,
      ...(isFailure(result) ? { reason: result.message } : { notes: result.notes }),
    },
    'job_attempt_ended',
  );
  return isCompleted || (await hasEnded(ctx, job.id));
}

async function fetchAndRender(
  ctx: WorkerContext,
  lease: JobLease,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<AttemptResult> {
  if (lease.job.simulate === 'job-failed') {
    return failWith('SIMULATED', 'The render failed, as the test asked.');
  }
  return withInputs(ctx, lease.job, workspace.directory, signal, (inputs) =>
    withSpan(ctx, { name: 'render', kind: 'internal' }, (inside) =>
      renderGeneration(inside, lease, inputs, workspace.outputDirectory, signal),
    ),
  );
}

/** @returns whether this attempt completed the job: not if its lease was lost meanwhile */
async function storeAndComplete(
  ctx: WorkerContext,
  job: Generation,
  result: AttemptResult,
): Promise<boolean> {
  if (isFailure(result)) {
    return completeGeneration(ctx, job, { status: 'failed', error: result.message });
  }
  const outputs = await withSpan(ctx, { name: 'store outputs', kind: 'internal' }, (inside) =>
    storeOutputs(inside, job, result),
  );
  const { understood } = result;
  const isCompleted = await completeGeneration(ctx, job, { status: 'completed', outputs, understood });
  if (!isCompleted) await discardOutputs(ctx, outputs);
  return isCompleted;
}

async function hasEnded(ctx: WorkerContext, id: string): Promise<boolean> {
  const [job] = await ctx.db
    .select({ status: generations.status })
    .from(generations)
    .where(eq(generations.id, id));
  return !job || isTerminal(job.status);
}
