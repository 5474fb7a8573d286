import { RestageError } from '../errors/restage-error.ts';
import { aborted, attempt } from './attempt.ts';
import { pause } from './pause.ts';

/** How patient a call is. Times are milliseconds. */
export interface Patience {
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly attemptTimeoutMs: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const longestDelayMs = 8_000;

/**
 * Tries until it succeeds, the error is not one that may pass, or retries or time are used up. A pause that
 * would outlast the time is not begun: the last error is thrown instead.
 * @throws the RestageError of the last attempt, or ABORTED
 */
export async function retry<T>(run: (signal: AbortSignal) => Promise<T>, patience: Patience): Promise<T> {
  const { signal } = patience;
  const end = performance.now() + patience.timeoutMs;
  for (let retries = 0; ; retries += 1) {
    try {
      const left = Math.max(0, end - performance.now());
      return await attempt(run, Math.min(patience.attemptTimeoutMs, left), signal);
    } catch (error) {
      if (!RestageError.isInstance(error) || !error.retryable || retries >= patience.maxRetries) throw error;
      const delay = delayBefore(retries, error.retryAfter, patience.retryDelayMs, Math.random);
      if (performance.now() + delay >= end) throw error;
      try {
        await pause(delay, signal);
      } catch {
        throw aborted(signal);
      }
    }
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
