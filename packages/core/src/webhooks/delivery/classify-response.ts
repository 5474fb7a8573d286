import type { PostFailure, PostResponse } from '@restage/media';

/** The result of an attempt. */
export interface AttemptResult {
  /** `retry` if there may be another attempt; `refused` if the receiver wants none. */
  readonly outcome: 'delivered' | 'retry' | 'refused';
  /** The status of the response; null without one. */
  readonly httpStatus: number | null;
  /** For the owner of the URL: reveals nothing about the network behind it. */
  readonly error: string | null;
  /** The `retry-after` of the receiver; 0 without one. */
  readonly retryAfterMs: number;
}

/**
 * Classifies the response to a webhook: 2xx is delivered, 410 ends the delivery, everything else is a failure, including
 * redirects, which are not followed.
 * @param timeoutMs the time that the receiver had
 * @param now Unix milliseconds
 */
export function classifyResponse(
  response: PostResponse | PostFailure,
  timeoutMs: number,
  now: number,
): AttemptResult {
  if (response.kind === 'unreachable') {
    const error =
      response.cause === 'timeout'
        ? `No response within ${timeoutMs / 1000} s.`
        : 'The callback URL could not be reached.';
    return { outcome: 'retry', httpStatus: null, error, retryAfterMs: 0 };
  }
  const { status: httpStatus, headers } = response;
  if (httpStatus >= 200 && httpStatus < 300) {
    return { outcome: 'delivered', httpStatus, error: null, retryAfterMs: 0 };
  }
  if (httpStatus === 410) {
    return {
      outcome: 'refused',
      httpStatus,
      error: 'Endpoint returned 410 Gone; delivery stopped.',
      retryAfterMs: 0,
    };
  }
  const isRedirect = httpStatus >= 300 && httpStatus < 400;
  const error = isRedirect
    ? `Endpoint returned ${httpStatus}; redirects are not followed.`
    : `Endpoint returned ${httpStatus}.`;
  return { outcome: 'retry', httpStatus, error, retryAfterMs: parseRetryAfter(headers['retry-after'], now) };
}

/** Parses a `retry-after` in seconds or as a date (RFC 9110, 10.2.3) to milliseconds; 0 for an invalid one. */
function parseRetryAfter(value: string | string[] | undefined, now: number): number {
  if (typeof value !== 'string') return 0;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  // An HTTP date begins with its weekday; Date.parse alone would accept `-5` as a date.
  const date = /^\s*[A-Z][a-z]{2,8},/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
