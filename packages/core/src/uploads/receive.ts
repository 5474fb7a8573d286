import { isId } from '@restage/contract';
import { uploads } from '@restage/db';
import { fail, isFailure } from '@restage/errors';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { findUploadedFile, getUploadKey } from './internal.ts';

/**
 * Receives the bytes of an upload, after the HTTP layer has verified the signed URL. They are stored under a key of this
 * PUT, and then become the upload's in one statement. So an interrupted PUT changes nothing, one whose bytes arrive in the
 * store after it was given up replaces nothing, and no connection of the database waits for the store. A PUT may be
 * repeated until a job has used the upload.
 */
export async function receiveUpload(
  ctx: Context,
  uploadId: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
) {
  const attempt = isId('upload', uploadId) ? await beginAttempt(ctx, uploadId) : undefined;
  if (attempt === undefined) return uploadClosed();
  const key = getUploadKey(uploadId, attempt);
  const stored = await ctx.blobs.write(key, bytes, { maxBytes: ctx.settings.maxUploadBytes, signal });
  if (isFailure(stored)) return stored;
  const replaced = await recordReceipt(ctx, uploadId, attempt, stored.size);
  if (!replaced) {
    await removeFile(ctx, key);
    return uploadClosed();
  }
  if (replaced.receivedAt !== null) await removeFile(ctx, getUploadKey(uploadId, replaced.attempt));
  // Fills the probe cache for the start of a job, which reports unsuitable bytes.
  const file = await findUploadedFile(ctx, key);
  if (file) await ctx.media.inspect(file, 'source');
  return { bytes: stored.size };
}

/** @returns the number of the PUT; undefined if the upload takes no bytes any more */
async function beginAttempt(ctx: Context, uploadId: string): Promise<number | undefined> {
  const [upload] = await ctx.db
    .update(uploads)
    .set({ attempts: sql`${uploads.attempts} + 1` })
    .where(and(eq(uploads.id, uploadId), isNull(uploads.usedAt)))
    .returning({ attempt: uploads.attempts });
  return upload?.attempt;
}

/** Makes the bytes of a PUT those of the upload. @returns what it had before; undefined if a job has used it */
async function recordReceipt(ctx: Context, uploadId: string, attempt: number, bytes: number) {
  const open = ctx.db.$with('open').as(
    ctx.db
      .select({ id: uploads.id, receivedAt: uploads.receivedAt, attempt: uploads.receivedAttempt })
      .from(uploads)
      .where(and(eq(uploads.id, uploadId), isNull(uploads.usedAt)))
      .for('update'),
  );
  const [replaced] = await ctx.db
    .with(open)
    .update(uploads)
    .set({ bytes, receivedAt: new Date(ctx.now()), receivedAttempt: attempt })
    .from(open)
    .where(eq(uploads.id, open.id))
    .returning({ receivedAt: open.receivedAt, attempt: open.attempt });
  return replaced;
}

/** Removes a file that nothing refers to. If that fails, the cleanup finds it. */
async function removeFile(ctx: Context, key: string): Promise<void> {
  try {
    await ctx.blobs.remove(key);
  } catch (cause) {
    ctx.log.warn({ err: cause, key }, 'upload_file_not_removed');
  }
}

function uploadClosed() {
  return fail(
    'INVALID_SIGNATURE',
    'This upload URL is closed: a job has used the upload, or it has expired. Create another upload.',
  );
}
