import { type CreatedApiKey, limits, type VerbInput } from '@restage/contract';
import { accounts, apiKeys } from '@restage/db';
import { fail, isFailure } from '@restage/errors';
import { and, eq } from 'drizzle-orm';
import { createKey } from '../../accounts/create.ts';
import type { AccountContext } from '../../context.ts';
import { withTransaction } from '../../transaction.ts';
import { isActiveCondition } from '../internal.ts';
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
  const made = await withTransaction(ctx, async (inside) => {
    return (await checkKeyCount(inside)) ?? createKey(inside, ctx.account.id, { name, mode, expiresAt });
  });
  if (isFailure(made)) return made;
  const created: CreatedApiKey = { ...toApiKey(made.row), key: made.key };
  return created;
}

/** Locks the account, so that of two calls at once the second counts the first one's key. */
async function checkKeyCount({ db, account, now }: AccountContext) {
  await db.select({ id: accounts.id }).from(accounts).where(eq(accounts.id, account.id)).for('update');
  const isActive = and(eq(apiKeys.accountId, account.id), isActiveCondition(new Date(now())));
  if ((await db.$count(apiKeys, isActive)) < limits.activeKeys) return undefined;
  const message = `This account has ${limits.activeKeys} active keys, the most that it may have. Revoke one first.`;
  return fail('INVALID_REQUEST', message);
}
