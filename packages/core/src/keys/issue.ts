import { fail, isFailure } from '@restage/errors';
import { createKey } from '../accounts/create.ts';
import { findAccount } from '../accounts/internal.ts';
import type { OperatorContext } from '../context.ts';

/** Makes a key for an account that exists; `key` is shown here and never again. */
export async function issueKey(
  ctx: OperatorContext,
  accountId: string,
  made: { readonly name: string; readonly mode: 'live' | 'test'; readonly expiresAt?: Date | undefined },
) {
  if (made.expiresAt && made.expiresAt.getTime() <= ctx.now()) {
    return fail('INVALID_REQUEST', 'The moment at which the key would expire has passed already.');
  }
  const account = await findAccount(ctx, accountId);
  if (isFailure(account)) return account;
  const { id, key } = await createKey(ctx, accountId, made);
  return { id, key, accountId, name: made.name, mode: made.mode, expiresAt: made.expiresAt ?? null };
}
