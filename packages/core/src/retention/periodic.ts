import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { sweep } from './sweep.ts';

/**
 * Sweeps now and then until the signal comes; a sweep that fails is logged, and the next one is tried.
 * @param interval milliseconds between two sweeps, give or take a half, so that processes spread out
 */
export async function sweepPeriodically(
  ctx: Context,
  stopping: AbortSignal,
  interval = 600_000,
): Promise<void> {
  for (let first = true; ; first = false) {
    const [byte = 0] = ctx.random(new Uint8Array(1));
    const pause = (first ? 0.1 : 1) * interval * (0.5 + byte / 256);
    const waited = await sleep(pause, true, { signal: stopping, ref: false }).catch(() => false);
    if (!waited) return;
    try {
      await sweep(ctx, stopping);
    } catch (cause) {
      ctx.log.error({ err: cause }, 'a sweep failed');
    }
  }
}
