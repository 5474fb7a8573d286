import { apiKeys } from '@restage/db';
import { fail } from '@restage/errors';
import { eq } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { markRevoked } from './internal.ts';

/** Revokes a key: within five seconds no process accepts it. Revoking it again changes nothing. */
export async function revokeKey(ctx: OperatorContext, keyId: string) {
  return (await markRevoked(ctx, eq(apiKeys.id, keyId))) ?? fail('NOT_FOUND', `There is no key ${keyId}.`);
}
