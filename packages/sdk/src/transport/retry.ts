import type { Outcome } from '../result.ts';
import { attempt, pause } from './attempt.ts';

/** How patient a call is. Times are milliseconds. */
export interface Patience {
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly attemptTimeoutMs: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What an error says of the next attempt. */
interface Retryable {
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
}

const longestDelayMs = 8_000;

/**
 * Tries until it succeeds, the error is not one that may pass, or retries or time are used up. A pause that
 * would outlast the time is not begun: the last error is given instead.
 * @returns what the last attempt gives, or ABORTED or TIMED_OUT
 */
export async function retry<R extends Outcome<unknown, Retryable>>(
  run: (signal: AbortSignal) => Promise<R>,
  patience: Patience,
) {
  const { signal } = patience;
  const end = performance.now() + patience.timeoutMs;
  for (let retries = 0; ; retries += 1) {
    const left = Math.max(0, end - performance.now());
    const outcome = await attempt(run, Math.min(patience.attemptTimeoutMs, left), signal);
    if (outcome.ok || !outcome.error.retryable || retries >= patience.maxRetries) return outcome;
    const delay = delayBefore(retries, outcome.error.retryAfter, patience.retryDelayMs, Math.random);
    if (performance.now() + delay >= end) return outcome;
    const paused = await pause(delay, signal);
    if (!paused.ok) return paused;
  }
}

/**
 * Milliseconds to pause before a retry: doubling from `first` to at most 8 s, of which a random quarter is
 * left out, so that clients that failed together don't return together. A `retryAfter` (seconds) is never cut short.
 * @param retries how many there have been
 * @param random gives 0 ≤ x < 1
 */
export function delayBefore(
  retries: number,
  retryAfter: number | undefined,
  first: number,
  random: () => number,
): number {
  if (retryAfter !== undefined) return retryAfter * 1000 + random() * first;
  return Math.min(first * 2 ** retries, longestDelayMs) * (1 - random() / 4);
}
