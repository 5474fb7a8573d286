import { isId } from '@restage/contract';
import { uploads } from '@restage/db';
import { fail, isFailure } from '@restage/errors';
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { withTransaction } from '../transaction.ts';
import { findUploadedFile, getUploadKey } from './internal.ts';

/**
 * Receives the bytes of an upload, after the HTTP layer has verified the signed URL. They are staged, and become the
 * upload in one step, so an interrupted PUT leaves nothing; a PUT may be repeated until a job has used the upload.
 */
export async function receiveUpload(
  ctx: Context,
  uploadId: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
) {
  if (!isId('upload', uploadId) || (await isClosed(ctx, uploadId))) return uploadClosed();
  const options = { maxBytes: ctx.settings.maxUploadBytes, signal };
  const staged = await ctx.blobs.stage(getUploadKey(uploadId), bytes, options);
  if (isFailure(staged)) return staged;
  try {
    const received = await withTransaction(ctx, async ({ db }) => {
      // Locks the row: a job that starts now either sees these bytes, or has closed the upload.
      const open = await db
        .update(uploads)
        .set({ bytes: staged.size, receivedAt: new Date(ctx.now()) })
        .where(and(eq(uploads.id, uploadId), isNull(uploads.usedAt)))
        .returning({ id: uploads.id });
      if (open.length === 0) return uploadClosed();
      await staged.commit();
      return { bytes: staged.size };
    });
    // Fills the probe cache for the start of a job, which reports unsuitable bytes.
    const file = isFailure(received) ? undefined : await findUploadedFile(ctx, uploadId);
    if (file) await ctx.media.inspect(file, 'source');
    return received;
  } finally {
    await staged.discard();
  }
}

async function isClosed(ctx: Context, uploadId: string): Promise<boolean> {
  const [upload] = await ctx.db
    .select({ usedAt: uploads.usedAt })
    .from(uploads)
    .where(eq(uploads.id, uploadId));
  return upload === undefined || upload.usedAt !== null;
}

function uploadClosed() {
  return fail(
    'INVALID_SIGNATURE',
    'This upload URL is closed: a job has used the upload, or it has expired. Create another upload.',
  );
}
