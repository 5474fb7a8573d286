import type { WebhookSettings } from './settings.ts';

/**
 * How long to wait before the next attempt: what the schedule says, with jitter, or longer if the receiver asked
 * for longer.
 * @param attempts how many have been made
 * @param retryAfter milliseconds that the receiver asked for
 * @param chance 0…1, drawn at random
 * @returns milliseconds; undefined when the schedule is at its end
 */
export function nextWait(
  settings: WebhookSettings,
  attempts: number,
  retryAfter: number,
  chance: number,
): number | undefined {
  const delay = settings.delays[attempts];
  if (delay === undefined) return undefined;
  const jittered = delay * (1 + settings.jitter * (2 * chance - 1));
  return Math.round(Math.max(jittered, Math.min(retryAfter, settings.retryAfterAtMost)));
}
