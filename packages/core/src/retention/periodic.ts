import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { cleanUp } from './clean-up.ts';

/**
 * Runs the cleanup periodically until the signal aborts; logs a cleanup that fails, and continues.
 * @param intervalMs between two runs, ± 50 % at random, so that processes do not run in step
 */
export async function cleanUpPeriodically(
  ctx: Context,
  stopping: AbortSignal,
  intervalMs = 600_000,
): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    const [byte = 0] = ctx.random(new Uint8Array(1));
    const delayMs = (isFirst ? 0.1 : 1) * intervalMs * (0.5 + byte / 256);
    const hasWaited = await sleep(delayMs, true, { signal: stopping, ref: false }).catch(() => false);
    if (!hasWaited) return;
    try {
      await cleanUp(ctx, stopping);
    } catch (cause) {
      ctx.log.error({ err: cause }, 'cleanup_failed');
    }
  }
}
