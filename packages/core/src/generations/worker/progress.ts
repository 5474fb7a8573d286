import { generations } from '@restage/db';
import { and, eq, lt } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import type { Generation } from '../internal.ts';
import type { JobLease } from './lease.ts';
import { updateJob } from './update-job.ts';

/** At most this often is a job's progress written down. */
const intervalMilliseconds = 500;

/**
 * Writes a render's progress to its job, now and then and one write at a time. Progress only rises, stays
 * under 100 until the job has ended, and is written by the attempt that holds the job alone, once it does; an
 * attempt that can't write it has lost the job.
 */
export function createProgressWriter(ctx: Context, hold: Pick<JobLease, 'generation' | 'lose'>) {
  let written = 0;
  let writtenAt = ctx.now();
  let writing: Promise<void> = Promise.resolve();
  let busy = false;

  async function write(generation: Generation, progress: number): Promise<void> {
    try {
      const changed = await updateJob(
        ctx,
        and(
          eq(generations.id, generation.id),
          eq(generations.attempt, generation.attempt),
          eq(generations.status, 'processing'),
          lt(generations.progress, progress),
        ),
        { progress, modifiedAt: new Date(ctx.now()) },
      );
      if (!changed) hold.lose();
    } catch (cause) {
      // Progress is a courtesy: a render goes on without it.
      ctx.log.warn({ err: cause, generationId: generation.id }, 'progress could not be written');
    } finally {
      busy = false;
    }
  }

  return {
    /** @param fraction 0…1 */
    report(fraction: number): void {
      const { generation } = hold;
      const progress = Math.min(99, Math.floor(fraction * 100));
      if (!generation || progress <= Math.max(written, generation.progress)) return;
      if (busy || ctx.now() - writtenAt < intervalMilliseconds) return;
      busy = true;
      written = progress;
      writtenAt = ctx.now();
      writing = write(generation, progress);
    },
    /** Waits for the last write. */
    end: () => writing,
  };
}
