import { expect, test } from 'vitest';
import { toExpiresAt } from './expiries.ts';

const now = Date.parse('2026-03-04T12:00:00Z');

test('a key expires never, after days, or at the time of the browser’s zone that is given', () => {
  expect(toExpiresAt('never', '', now)).toBeUndefined();
  expect(toExpiresAt('30', '', now)).toBe('2026-04-03T12:00:00.000Z');
  expect(toExpiresAt('date', '2026-05-01T10:00', now)).toBe(new Date('2026-05-01T10:00').toISOString());
});
