import { expect, test } from 'vitest';
import { createPlacements, type KeyField, keyParams } from '../pages/keys/placements.ts';
import { placeError } from './place-error.ts';

test('an error is placed at the field of its parameter, or else at the place of its code', () => {
  const invalid = { code: 'INVALID_REQUEST' as const, param: 'expires_at' };
  expect(placeError(invalid, createPlacements, keyParams)).toEqual({ at: 'expiry', error: invalid });
  const unknown = { code: 'INVALID_REQUEST' as const, param: 'constructor' };
  expect(placeError(unknown, createPlacements, keyParams)?.at).toBe('form');
  expect(placeError<KeyField, typeof invalid>(null, createPlacements, keyParams)).toBeUndefined();
});
