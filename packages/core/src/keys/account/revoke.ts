import { isId, type VerbInput } from '@restage/contract';
import { apiKeys } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import { markRevoked } from '../internal.ts';
import { toApiKey } from './present.ts';
import { requireLiveKey } from './require-live-key.ts';

/**
 * Ends a key of the account for good: within five seconds no process takes it, and its sessions and streams end.
 * Revoking it again changes nothing.
 */
export async function revokeOwnKey(ctx: AccountContext, input: VerbInput<'keys.revoke'>) {
  const refused = requireLiveKey(ctx);
  if (refused) return refused;
  if (!isId('apiKey', input.id)) return noSuchKey();
  const own = and(eq(apiKeys.id, input.id), eq(apiKeys.accountId, ctx.account.id));
  const row = await markRevoked(ctx, own);
  return row ? toApiKey(row) : noSuchKey();
}

function noSuchKey() {
  return fail('KEY_NOT_FOUND', 'This account has no key with that id.', { param: 'id' });
}
