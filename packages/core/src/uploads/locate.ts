import { uploads } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { prepared } from '../prepared.ts';
import { findUploadedFile, getUploadKey } from './internal.ts';

const receivedUpload = prepared((db) =>
  db
    .select({ attempt: uploads.receivedAttempt })
    .from(uploads)
    .where(
      and(
        eq(uploads.id, sql.placeholder('id')),
        eq(uploads.accountId, sql.placeholder('accountId')),
        eq(uploads.filename, sql.placeholder('filename')),
        isNotNull(uploads.receivedAt),
      ),
    )
    .prepare('received_upload'),
);

/**
 * Finds the file of an upload, and the PUT that it came with. One that does not exist, has no bytes yet, has another name or belongs to another account
 * fails with the same message.
 */
export async function locateUpload(
  ctx: AccountContext,
  upload: { readonly id: string; readonly filename: string },
  param: string,
) {
  const { id, filename } = upload;
  const [found] = await receivedUpload(ctx.db).execute({ id, accountId: ctx.account.id, filename });
  // The file of a row is missing if the upload expired a moment ago.
  const file = found && (await findUploadedFile(ctx, getUploadKey(id, found.attempt)));
  if (file) return { file, attempt: found.attempt };
  return fail(
    'SOURCE_UNREACHABLE',
    `${param} names an upload that this account doesn't have, or whose bytes have not been PUT yet.`,
    { param },
  );
}
