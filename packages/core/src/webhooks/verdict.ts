import type { PostAnswer, PostFailure } from '@restage/media';

/** What became of an attempt. */
export interface Verdict {
  /** `again` if there may be another attempt; `refused` if the receiver wants none. */
  readonly outcome: 'delivered' | 'again' | 'refused';
  /** The status of the answer, if there was one. */
  readonly httpStatus: number | null;
  /** For the owner of the URL: says nothing of the network that the URL leads through. */
  readonly error: string | null;
  /** Milliseconds that the receiver asks to be left alone for; 0 if it doesn't ask. */
  readonly retryAfter: number;
}

/**
 * Judges what answered a webhook: 2xx is delivered, 410 ends the delivery, and all else is a failure, redirects
 * included, since they are not followed.
 * @param timeout that the receiver had, in milliseconds
 * @param now Unix milliseconds
 */
export function judge(answer: PostAnswer | PostFailure, timeout: number, now: number): Verdict {
  if (answer.kind === 'unreachable') {
    const error =
      answer.cause === 'timeout'
        ? `No answer within ${timeout / 1000} s.`
        : 'The callback URL could not be reached.';
    return { outcome: 'again', httpStatus: null, error, retryAfter: 0 };
  }
  const { status: httpStatus, headers } = answer;
  if (httpStatus >= 200 && httpStatus < 300) {
    return { outcome: 'delivered', httpStatus, error: null, retryAfter: 0 };
  }
  if (httpStatus === 410) {
    return { outcome: 'refused', httpStatus, error: 'Answered 410: it wants no more.', retryAfter: 0 };
  }
  const redirected = httpStatus >= 300 && httpStatus < 400;
  const error = redirected
    ? `Answered ${httpStatus}: redirects are not followed.`
    : `Answered ${httpStatus}.`;
  return { outcome: 'again', httpStatus, error, retryAfter: readRetryAfter(headers['retry-after'], now) };
}

/** Reads a `retry-after`, in seconds or as a date (RFC 9110, 10.2.3); 0 for one that says neither. */
function readRetryAfter(value: string | string[] | undefined, now: number): number {
  if (typeof value !== 'string') return 0;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  // A date in HTTP names its weekday first; Date.parse alone would take `-5` for a date as well.
  const date = /^\s*[A-Z][a-z]{2,8},/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
