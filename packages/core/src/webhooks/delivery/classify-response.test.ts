import { describe, expect, test } from 'vitest';
import { classifyResponse } from './classify-response.ts';

const now = Date.parse('2026-03-01T12:00:00.500Z');
const answered = (status: number, headers: Record<string, string | string[]> = {}) =>
  classifyResponse({ kind: 'answered', status, headers, body: 'body of the receiver' }, 10_000, now);

test.each([200, 201, 202, 204, 299])('%i is delivered', (status) => {
  expect(answered(status)).toEqual({
    outcome: 'delivered',
    httpStatus: status,
    error: null,
    retryAfterMs: 0,
  });
});

test.each([301, 302, 303, 304, 307, 308])(
  '%i is a failure with a retry, because redirects are not followed',
  (status) => {
    const error = `Endpoint returned ${status}; redirects are not followed.`;
    expect(answered(status, { location: '/elsewhere' })).toMatchObject({ outcome: 'retry', error });
  },
);

test('410 ends the delivery', () => {
  expect(answered(410, { 'retry-after': '5' })).toMatchObject({ outcome: 'refused', retryAfterMs: 0 });
});

test.each([400, 401, 404, 409, 429, 500, 502, 503])('%i is a failure with a retry', (status) => {
  expect(answered(status)).toEqual({
    outcome: 'retry',
    httpStatus: status,
    error: `Endpoint returned ${status}.`,
    retryAfterMs: 0,
  });
});

test('the body of the response is not part of the result', () => {
  expect(JSON.stringify(answered(500))).not.toContain('body of the receiver');
});

test('without a response the error distinguishes only timeouts', () => {
  const unanswered = (cause: 'timeout' | 'network') =>
    classifyResponse({ kind: 'unreachable', cause }, 10_000, now);
  expect(unanswered('timeout').error).toBe('No response within 10 s.');
  expect(unanswered('network').error).toBe('The callback URL could not be reached.');
});

describe('retry-after', () => {
  test.each<[string | string[], number]>([
    ['0', 0],
    ['7', 7000],
    [' 7 ', 7000],
    ['99999999999999999999', 1e23],
    ['Sun, 01 Mar 2026 12:00:10 GMT', 9500],
    ['Sunday, 01-Mar-26 12:00:10 GMT', 9500],
    ['Sun, 01 Mar 2026 11:59:00 GMT', 0],
    ['Sun, 01 Mar 2026 12:00:00 GMT', 0],
    ['-5', 0],
    ['7.5', 0],
    ['0x10', 0],
    ['soon', 0],
    ['', 0],
    [['7', '8'], 0],
  ])('%o is %i ms', (value, milliseconds) => {
    expect(answered(429, { 'retry-after': value }).retryAfterMs).toBe(milliseconds);
  });
});
