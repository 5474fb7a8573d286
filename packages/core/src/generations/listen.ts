import type { AccountContext } from '../context.ts';

/** At least this often a waiter looks, in case a notification was lost. */
const lookMilliseconds = 5000;

/** An ear on one job, for the sake of a client. Nothing that happens after it was made is missed. */
export interface Ear {
  /** Comes when the job may have changed since the last time, at the latest after some seconds or `milliseconds`. */
  stirred(milliseconds?: number): Promise<void>;
  /** Whether to wait no more: the client is gone, or this process is about to stop. */
  readonly done: boolean;
  close(): void;
}

/** Begins to listen for changes of a job. Make it before the first look at the job. */
export function listenToGeneration(ctx: AccountContext, generationId: string): Ear {
  let stirred = false;
  let wake: (() => void) | undefined;
  const stir = () => {
    stirred = true;
    wake?.();
  };
  const unsubscribe = ctx.changes.subscribe(generationId, stir);
  const signal = ctx.signal?.();
  signal?.addEventListener('abort', stir);
  const done = () => ctx.changes.draining || signal?.aborted === true;
  return {
    get done() {
      return done();
    },
    async stirred(milliseconds = lookMilliseconds) {
      if (!stirred && !done()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, Math.min(milliseconds, lookMilliseconds));
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      stirred = false;
    },
    close() {
      unsubscribe();
      signal?.removeEventListener('abort', stir);
    },
  };
}
