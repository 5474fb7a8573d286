import type { WebhookSettings } from '../settings.ts';

/**
 * Computes the delay before the next attempt: the schedule with jitter, or the receiver's `retry-after` if that is
 * longer.
 * @param attempts the number of attempts so far
 * @param retryAfterMs the `retry-after` of the receiver; 0 without one
 * @param randomFraction 0…1, drawn at random
 * @returns milliseconds; undefined after the last attempt of the schedule
 */
export function computeRetryDelay(
  settings: WebhookSettings,
  attempts: number,
  retryAfterMs: number,
  randomFraction: number,
): number | undefined {
  const delay = settings.delaysMs[attempts];
  if (delay === undefined) return undefined;
  const jittered = delay * (1 + settings.jitter * (2 * randomFraction - 1));
  return Math.round(Math.max(jittered, Math.min(retryAfterMs, settings.maxRetryAfterMs)));
}
