import { generations } from '@restage/db';
import { and, eq, lt } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import type { JobLease } from './lease.ts';
import { updateJob } from './update-job.ts';

/** The shortest time between two writes of a job's progress. */
const intervalMs = 500;

/**
 * Writes a render's progress to its job, now and then and one write at a time. Progress only rises, stays under 100
 * until the job has completed, and is written by the lease's holder alone: a write that matches no row means that the
 * lease is lost.
 */
export function createProgressWriter(ctx: Context, { job, markLost }: Pick<JobLease, 'job' | 'markLost'>) {
  let written = job.progress;
  let writtenAt = ctx.now();
  let writing: Promise<void> = Promise.resolve();
  let isWriting = false;

  async function write(progress: number): Promise<void> {
    try {
      const updated = await updateJob(
        ctx,
        and(
          eq(generations.id, job.id),
          eq(generations.attempt, job.attempt),
          eq(generations.status, 'processing'),
          lt(generations.progress, progress),
        ),
        { progress, modifiedAt: new Date(ctx.now()) },
      );
      if (!updated) markLost();
    } catch (cause) {
      // A render goes on without it.
      ctx.log.warn({ err: cause, generationId: job.id }, 'job_progress_write_failed');
    } finally {
      isWriting = false;
    }
  }

  return {
    /** @param fraction 0…1 */
    report(fraction: number): void {
      const progress = Math.min(99, Math.floor(fraction * 100));
      if (progress <= written || isWriting || ctx.now() - writtenAt < intervalMs) return;
      isWriting = true;
      written = progress;
      writtenAt = ctx.now();
      writing = write(progress);
    },
    /** Waits for the last write. */
    end: () => writing,
  };
}
