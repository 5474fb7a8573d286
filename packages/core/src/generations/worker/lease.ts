import { generations } from '@restage/db';
import { eq } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import type { Generation } from '../internal.ts';

/** How often an attempt looks whether the job is still its own, in case it was not told. */
const lookMilliseconds = 5000;

/** A claim on a job, which is lost when the job is cancelled or another attempt takes it. */
export interface JobLease {
  /** Comes with the job as it was claimed; with undefined, if it had ended. */
  readonly claimed: Promise<Generation | undefined>;
  /** What {@link JobLease.claimed} came with; undefined until then. */
  readonly generation: Generation | undefined;
  /** Aborted once the claim is lost, or was not to be had. */
  readonly lost: AbortSignal;
  /** Says that the claim is lost: a write that only its holder may make met nothing. */
  lose(): void;
  /** Ends this, once it is known what came of the claim. */
  release(): Promise<void>;
}

/** Keeps an eye on the claim that a worker is making. */
export function acquireLease(
  ctx: Context,
  generationId: string,
  claimed: Promise<Generation | undefined>,
): JobLease {
  const controller = new AbortController();
  const lose = () => controller.abort();
  let generation: Generation | undefined;
  const known = claimed.then((made) => {
    generation = made;
    if (!made) lose();
  }, lose);

  async function look(): Promise<void> {
    if (!generation) return;
    try {
      const [now] = await ctx.db
        .select({ status: generations.status, attempt: generations.attempt })
        .from(generations)
        .where(eq(generations.id, generationId));
      if (now?.status !== 'processing' || now.attempt !== generation.attempt) lose();
    } catch (cause) {
      // The claim is fenced when the job is settled; here it is only noticed early.
      ctx.log.warn({ err: cause, generationId }, 'a claim could not be looked at');
    }
  }

  const unsubscribe = ctx.changes.subscribe(generationId, (status) => {
    if (status === 'cancelled') lose();
    else if (status !== 'processing') void look();
  });
  const timer = setInterval(look, lookMilliseconds);
  return {
    claimed,
    get generation() {
      return generation;
    },
    lost: controller.signal,
    lose,
    async release() {
      unsubscribe();
      clearInterval(timer);
      await known;
    },
  };
}
