import { expect, test } from 'vitest';
import {
  formatAge,
  formatBytes,
  formatCredits,
  formatDay,
  formatDollars,
  formatDuration,
  formatNumber,
} from './format.ts';

const now = Date.parse('2026-03-04T12:00:00Z');

test.each([
  [formatNumber(1234567), '1,234,567'],
  [formatCredits(1), '1 credit'],
  [formatCredits(-1234), '-1,234 credits'],
  [formatDollars(12.3), '$12.30'],
  [formatBytes(999), '999 B'],
  [formatBytes(3_400_000), '3.4 MB'],
  [formatBytes(120_000), '120 kB'],
  [formatDuration(340), '340 ms'],
  [formatDuration(12_340), '12.3 s'],
  [formatDuration(250_000), '4 min 10 s'],
  [formatDuration(119_900), '2 min 0 s'],
  [formatDay('2026-03-04T12:00:00Z'), 'Mar 4'],
  [formatAge('2026-03-04T11:55:00Z', now), '5m ago'],
  [formatAge('2026-03-03T11:00:00Z', now), 'yesterday'],
  [formatAge('2025-11-20T12:00:00Z', now), 'Nov 20'],
])('%s is formatted as %s', (formatted, expected) => {
  expect(formatted).toBe(expected);
});
