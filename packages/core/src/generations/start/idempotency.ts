import type { Job } from '@restage/contract';
import { generations } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import { presentJob } from '../present.ts';
import { findDifferences } from './fingerprint.ts';

/**
 * The job that an earlier request with the same idempotency key started; IDEMPOTENCY_KEY_REUSED, which names the
 * fields that differ, if that request had another body; undefined if the key is new.
 */
export async function findReplay(
  ctx: AccountContext,
  idempotencyKey: string | undefined,
  digests: Record<string, string>,
) {
  if (idempotencyKey === undefined) return undefined;
  const [existing] = await ctx.db
    .select()
    .from(generations)
    .where(and(eq(generations.accountId, ctx.account.id), eq(generations.idempotencyKey, idempotencyKey)));
  if (!existing) return undefined;
  const differing = findDifferences(existing.fingerprint, digests);
  if (differing.length > 0) {
    return fail(
      'IDEMPOTENCY_KEY_REUSED',
      `idempotency_key was used before with a different body. Fields that differ: ${differing.join(', ')}.`,
      { param: 'idempotency_key' },
    );
  }
  ctx.responseMeta.replayed = true;
  const job: Job = await presentJob(ctx, existing);
  return job;
}
