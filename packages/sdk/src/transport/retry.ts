import type { Outcome } from '../result.ts';
import { sleep, withTimeout } from './timeout.ts';

/** How often a call is retried, and how long it may take. */
export interface RetryOptions {
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly attemptTimeoutMs: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The fields of an error that decide about a retry. */
interface RetryableError {
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
}

const maxDelayMs = 8_000;

/**
 * Runs an operation until it succeeds, fails with an error that is not retryable, or uses up its retries or time. If the
 * delay before a retry would exceed the timeout, the last error is returned immediately.
 * @returns the outcome of the last attempt, ABORTED or TIMED_OUT
 */
export async function retry<R extends Outcome<unknown, RetryableError>>(
  run: (signal: AbortSignal) => Promise<R>,
  options: RetryOptions,
) {
  const { signal } = options;
  const deadline = performance.now() + options.timeoutMs;
  for (let retries = 0; ; retries += 1) {
    const timeLeftMs = Math.max(0, deadline - performance.now());
    const outcome = await withTimeout(run, Math.min(options.attemptTimeoutMs, timeLeftMs), signal);
    if (outcome.ok || !outcome.error.retryable || retries >= options.maxRetries) return outcome;
    const delayMs = computeRetryDelay(retries, outcome.error.retryAfter, options.retryDelayMs, Math.random);
    if (performance.now() + delayMs >= deadline) return outcome;
    const slept = await sleep(delayMs, signal);
    if (!slept.ok) return slept;
  }
}

/**
 * Computes the delay before a retry: it doubles from `firstDelayMs` to at most 8 s, minus a random part of up to a
 * quarter, so that clients that failed together do not retry together. `retryAfter` (seconds) is never shortened.
 * @param retries the number of retries so far
 * @param random returns 0 ≤ x < 1
 * @returns milliseconds
 */
export function computeRetryDelay(
  retries: number,
  retryAfter: number | undefined,
  firstDelayMs: number,
  random: () => number,
): number {
  if (retryAfter !== undefined) return retryAfter * 1000 + random() * firstDelayMs;
  return Math.min(firstDelayMs * 2 ** retries, maxDelayMs) * (1 - random() / 4);
}
