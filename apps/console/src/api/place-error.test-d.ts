import type { CallErrorCode } from '@restage/sdk';
import { expectTypeOf, test } from 'vitest';
import { createPlacements } from '../pages/keys/placements.ts';
import type { startPlacements } from '../pages/playground/placements.ts';
import type { rotatePlacements, testPlacements } from '../pages/webhooks/placements.ts';
import type { Placements } from './place-error.ts';

test('a form places exactly the codes of its call', () => {
  expectTypeOf<keyof typeof createPlacements>().toEqualTypeOf<CallErrorCode<'keys.create'>>();
  type StartCode = CallErrorCode<'generations.start'> | CallErrorCode<'generations.quote'>;
  expectTypeOf<keyof typeof startPlacements>().toEqualTypeOf<StartCode>();
  expectTypeOf<keyof typeof rotatePlacements>().toEqualTypeOf<CallErrorCode<'webhooks.rotateSecret'>>();
  expectTypeOf<keyof typeof testPlacements>().toEqualTypeOf<CallErrorCode<'webhooks.test'>>();
});

test('a form whose call gets a new code does not compile until it has a place for it', () => {
  type Codes = CallErrorCode<'keys.create'>;
  // @ts-expect-error: JOB_NOT_FOUND has no place.
  createPlacements satisfies Placements<'name', Codes | 'JOB_NOT_FOUND'>;
  // @ts-expect-error: the call can't fail with INVALID_FILENAME.
  ({ ...createPlacements, INVALID_FILENAME: 'form' }) satisfies Placements<'name' | 'mode' | 'expiry', Codes>;
});
