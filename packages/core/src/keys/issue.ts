import { fail, isFailure } from '@restage/errors';
import { createKey } from '../accounts/create.ts';
import { findAccount } from '../accounts/internal.ts';
import type { OperatorContext } from '../context.ts';

/** Creates a key for an account; `key` is returned here and never again. */
export async function issueKey(
  ctx: OperatorContext,
  accountId: string,
  options: { readonly name: string; readonly mode: 'live' | 'test'; readonly expiresAt?: Date | undefined },
) {
  if (options.expiresAt && options.expiresAt.getTime() <= ctx.now()) {
    return fail('INVALID_REQUEST', 'The key’s expiry must be in the future.');
  }
  const account = await findAccount(ctx, accountId);
  if (isFailure(account)) return account;
  const { id, key } = await createKey(ctx, accountId, options);
  return { id, key, accountId, name: options.name, mode: options.mode, expiresAt: options.expiresAt ?? null };
}
