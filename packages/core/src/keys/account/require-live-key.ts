import { fail } from '@restage/errors';
import type { AccountContext } from '../../context.ts';

/** Refuses what a test key may not do: it may be in the hands of whoever tests, and must not get at live keys. */
export function requireLiveKey(ctx: AccountContext) {
  return ctx.account.mode === 'live'
    ? undefined
    : fail('LIVE_KEY_REQUIRED', 'A test key can’t do this. Send the request with a live key of the account.');
}
