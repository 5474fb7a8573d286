import type { CreatedApiKey, VerbInput } from '@restage/contract';
import { fail } from '@restage/errors';
import { createKey } from '../../accounts/create.ts';
import type { AccountContext } from '../../context.ts';
import { toApiKey } from './present.ts';
import { requireLiveKey } from './require-live-key.ts';

/** Makes a key of the account. The answer is the only place where the key itself is shown. */
export async function createOwnKey(ctx: AccountContext, input: VerbInput<'keys.create'>) {
  const refused = requireLiveKey(ctx);
  if (refused) return refused;
  const { name, mode } = input;
  const now = ctx.now();
  const expiresAt = input.expires_at === undefined ? undefined : new Date(input.expires_at);
  if (expiresAt && expiresAt.getTime() <= now) {
    const message = `expires_at must be in the future; received ${expiresAt.toISOString()}.`;
    return fail('INVALID_REQUEST', message, { param: 'expires_at' });
  }
  const { key, row } = await createKey(ctx, ctx.account.id, { name, mode, expiresAt });
  const created: CreatedApiKey = { ...toApiKey(row), key };
  return created;
}
