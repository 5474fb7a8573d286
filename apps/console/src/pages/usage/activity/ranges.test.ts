import { expect, test } from 'vitest';
import { formatBucket, toUsageInput } from './ranges.ts';

const now = Date.parse('2026-03-04T12:34:56Z');

test.each([
  ['24h', { group_by: 'hour', from: '2026-03-03T13:00:00.000Z' }],
  ['7d', { group_by: 'day', from: '2026-02-26T00:00:00.000Z' }],
  ['30d', { group_by: 'day', from: '2026-02-03T00:00:00.000Z' }],
  ['12m', { group_by: 'month', from: '2025-04-01T00:00:00.000Z' }],
] as const)('the range %s begins with a whole bucket, and the current one is its last', (range, input) => {
  expect(toUsageInput(range, now)).toEqual(input);
});

test('a bucket is named by its start in UTC, in any time zone', () => {
  expect(formatBucket('2026-03-04T00:00:00Z', 'day')).toBe('Mar 4');
  expect(formatBucket('2026-03-04T00:00:00Z', 'hour')).toBe('00:00');
  expect(formatBucket('2026-03-01T00:00:00Z', 'month')).toBe('Mar 2026');
});
