import { generations } from '@restage/db';
import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { Generation } from './internal.ts';

/** How often an attempt looks whether the job is still its own, in case it was not told. */
const lookMilliseconds = 5000;

/** A claim on a job, which is lost when the job is cancelled or another attempt takes it. */
export interface Hold {
  /** Aborted once the claim is lost. */
  readonly lost: AbortSignal;
  /** Says that the claim is lost: a write that only its holder may make met nothing. */
  lose(): void;
  release(): void;
}

/** Keeps an eye on the claim that a worker has just made. */
export function holdGeneration(ctx: Context, claimed: Generation): Hold {
  const controller = new AbortController();
  const lose = () => controller.abort();

  async function look(): Promise<void> {
    try {
      const [now] = await ctx.db
        .select({ status: generations.status, attempt: generations.attempt })
        .from(generations)
        .where(eq(generations.id, claimed.id));
      if (now?.status !== 'processing' || now.attempt !== claimed.attempt) lose();
    } catch (cause) {
      // The claim is fenced when the job is settled; here it is only noticed early.
      ctx.log.warn({ err: cause, generationId: claimed.id }, 'a claim could not be looked at');
    }
  }

  const unsubscribe = ctx.changes.subscribe(claimed.id, (status) => {
    if (status === 'cancelled') lose();
    else if (status !== 'processing') void look();
  });
  const timer = setInterval(look, lookMilliseconds);
  return {
    lost: controller.signal,
    lose,
    release() {
      unsubscribe();
      clearInterval(timer);
    },
  };
}
