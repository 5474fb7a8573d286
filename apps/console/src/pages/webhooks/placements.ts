import type { CallErrorCode } from '@restage/sdk';
import type { Placements } from '../../api/place-error.ts';

/** What any call may meet. */
const anyCall = {
  INVALID_API_KEY: 'form',
  RATE_LIMIT_EXCEEDED: 'form',
  INTERNAL_ERROR: 'form',
  PAYLOAD_TOO_LARGE: 'form',
  CONNECTION_FAILED: 'form',
  TIMED_OUT: 'form',
  ABORTED: 'form',
  UNKNOWN: 'form',
} as const;

/** Where the form shows each error of `webhooks.rotateSecret`. */
export const rotatePlacements = {
  ...anyCall,
  INVALID_REQUEST: 'overlap',
  LIVE_KEY_REQUIRED: 'form',
} as const satisfies Placements<'overlap', CallErrorCode<'webhooks.rotateSecret'>>;

/** Where the form shows each error of `webhooks.test`. */
export const testPlacements = {
  ...anyCall,
  INVALID_REQUEST: 'form',
  INVALID_CALLBACK_URL: 'url',
} as const satisfies Placements<'url', CallErrorCode<'webhooks.test'>>;
