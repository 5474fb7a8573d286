import { uploads } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq, isNotNull } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { uploadKey } from './internal.ts';

/**
 * Where an upload's bytes are. One that isn't there, has no bytes yet, has another name or belongs to
 * another account gives one and the same answer.
 */
export async function locateUpload(
  ctx: AccountContext,
  upload: { readonly id: string; readonly filename: string },
  param: string,
) {
  const [found] = await ctx.db
    .select({ id: uploads.id })
    .from(uploads)
    .where(
      and(
        eq(uploads.id, upload.id),
        eq(uploads.accountId, ctx.account.id),
        eq(uploads.filename, upload.filename),
        isNotNull(uploads.receivedAt),
      ),
    );
  if (!found) {
    return fail(
      'SOURCE_UNREACHABLE',
      `${param} names an upload that this account doesn't have, or whose bytes have not been PUT yet.`,
      { param },
    );
  }
  return { kind: 'file' as const, path: ctx.blobs.localPath(uploadKey(upload.id)) };
}
