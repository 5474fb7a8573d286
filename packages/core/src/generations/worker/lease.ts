import { generations } from '@restage/db';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { prepared } from '../../prepared.ts';
import { activeStatuses, type Generation } from '../row.ts';
import { updateStatusSql } from './update-job.ts';

/** How often a worker checks that it still holds a job, in case it missed a notification. */
const checkIntervalMs = 5000;

/** A worker's hold on a job. It is lost when the job is cancelled, or claimed by another attempt. */
export interface JobLease {
  /** The job's row as it was claimed, with the number of this attempt. */
  readonly job: Generation;
  /** Aborted once the lease is lost. */
  readonly lost: AbortSignal;
  /** Marks the lease as lost: a write that only its holder may make matched no row. */
  markLost(): void;
  /** Stops watching the job. */
  release(): void;
}

/** Claims a job for a new attempt, and watches whether it stays claimed. @returns undefined if no row was claimed: the job has ended */
export async function acquireLease(ctx: Context, generationId: string): Promise<JobLease | undefined> {
  const controller = new AbortController();
  const markLost = () => controller.abort();
  let job: Generation | undefined;

  async function check(): Promise<void> {
    if (!job) return;
    try {
      const [now] = await ctx.db
        .select({ status: generations.status, attempt: generations.attempt })
        .from(generations)
        .where(eq(generations.id, generationId));
      if (now?.status !== 'processing' || now.attempt !== job.attempt) markLost();
    } catch (cause) {
      // The fence holds when the job is completed; here a loss is only noticed early.
      ctx.log.warn({ err: cause, generationId }, 'job_lease_check_failed');
    }
  }

  // Before the claim, so that nothing is missed in between.
  const unsubscribe = ctx.changes.subscribe(generationId, (status) => {
    if (status === 'cancelled') markLost();
    else if (status !== 'processing') void check();
  });
  const timer = setInterval(check, checkIntervalMs);
  const release = () => {
    unsubscribe();
    clearInterval(timer);
  };
  try {
    job = await claim(ctx, generationId);
  } catch (error) {
    release();
    throw error;
  }
  if (job) return { job, lost: controller.signal, markLost, release };
  release();
  return undefined;
}

const claimJob = prepared((db) =>
  updateStatusSql(
    db,
    and(eq(generations.id, sql.placeholder('id')), inArray(generations.status, activeStatuses)),
    {
      status: 'processing',
      attempt: sql`${generations.attempt} + 1`,
      modifiedAt: sql`${sql.placeholder('now')}::timestamptz`,
    },
  ).prepare('claim_job'),
);

/**
 * Takes the job for a new attempt; from now on only this attempt may complete it. It commits to disk before anything is
 * rendered: if a crash lost the claim, the next attempt would have the same number and pass the same fence.
 */
async function claim(ctx: Context, id: string): Promise<Generation | undefined> {
  const [job] = await claimJob(ctx.db).execute({ id, now: new Date(ctx.now()).toISOString() });
  return job;
}
