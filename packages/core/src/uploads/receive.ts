import { isId } from '@restage/contract';
import { uploads } from '@restage/db';
import { fail, isFailure } from '@restage/errors';
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { withTransaction } from '../transaction.ts';
import { getUploadedFile, getUploadKey } from './internal.ts';

/**
 * Receives the bytes of an upload, after the HTTP layer has verified the signed URL. They stream to a partial file and
 * become the upload in one step, so an interrupted PUT leaves nothing; a PUT may be repeated until a job has used the
 * upload.
 */
export async function receiveUpload(
  ctx: Context,
  uploadId: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
) {
  if (!isId('upload', uploadId) || (await isClosed(ctx, uploadId))) return uploadClosed();
  const key = getUploadKey(uploadId);
  const partialKey = `${key}.${Buffer.from(ctx.random(new Uint8Array(8))).toString('hex')}.partial`;
  const written = await ctx.blobs.write(partialKey, bytes, { maxBytes: ctx.settings.maxUploadBytes, signal });
  if (isFailure(written)) return written;
  try {
    const received = await withTransaction(ctx, async ({ db, blobs }) => {
      // Locks the row: a job that starts now either sees these bytes, or has closed the upload.
      const open = await db
        .update(uploads)
        .set({ bytes: written.size, receivedAt: new Date(ctx.now()) })
        .where(and(eq(uploads.id, uploadId), isNull(uploads.usedAt)))
        .returning({ id: uploads.id });
      if (open.length === 0) return uploadClosed();
      await blobs.moveIn(key, blobs.localPath(partialKey));
      return { bytes: written.size };
    });
    // Fills the probe cache for the start of a job, which reports unsuitable bytes.
    if (!isFailure(received)) await ctx.media.inspect(getUploadedFile(ctx, uploadId), 'source');
    return received;
  } finally {
    await ctx.blobs.remove(partialKey);
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
