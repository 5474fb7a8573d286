import type { CallErrorCode } from '@restage/sdk';
import type { Placements } from '../../api/place-error.ts';

export type KeyField = 'name' | 'mode' | 'expiry';

/** The fields of the parameters of `keys.create`. */
export const keyParams: Readonly<Record<string, KeyField>> = {
  name: 'name',
  mode: 'mode',
  expires_at: 'expiry',
};

/** Where the form shows each error of `keys.create`. */
export const createPlacements: Placements<KeyField, CallErrorCode<'keys.create'>> = {
  INVALID_REQUEST: 'form',
  LIVE_KEY_REQUIRED: 'form',
  INVALID_API_KEY: 'form',
  RATE_LIMIT_EXCEEDED: 'form',
  INTERNAL_ERROR: 'form',
  PAYLOAD_TOO_LARGE: 'form',
  CONNECTION_FAILED: 'form',
  TIMED_OUT: 'form',
  ABORTED: 'form',
  UNKNOWN: 'form',
};
