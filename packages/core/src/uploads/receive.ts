import { isId } from '@restage/contract';
import { uploads } from '@restage/db';
import { fail, isFailure } from '@restage/errors';
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { withTransaction } from '../transaction.ts';
import { uploadedFile, uploadKey } from './internal.ts';

/**
 * Takes in the bytes of an upload, whose signed URL the edge has verified. They stream to a place of their own
 * and become the upload in one step, so a broken PUT leaves nothing; a whole one may be repeated until a
 * job has used the upload.
 */
export async function receiveUpload(
  ctx: Context,
  uploadId: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
) {
  if (!isId('upload', uploadId) || (await isClosed(ctx, uploadId))) return closed();
  const key = uploadKey(uploadId);
  const arriving = `${key}.${Buffer.from(ctx.random(new Uint8Array(8))).toString('hex')}.arriving`;
  const written = await ctx.blobs.write(arriving, bytes, { maxBytes: ctx.settings.maxUploadBytes, signal });
  if (isFailure(written)) return written;
  try {
    const received = await withTransaction(ctx, async ({ db, blobs }) => {
      // Locks the row: a job that starts now either sees these bytes, or has closed the upload to them.
      const open = await db
        .update(uploads)
        .set({ bytes: written.size, receivedAt: new Date(ctx.now()) })
        .where(and(eq(uploads.id, uploadId), isNull(uploads.usedAt)))
        .returning({ id: uploads.id });
      if (open.length === 0) return closed();
      await blobs.adopt(key, blobs.localPath(arriving));
      return { bytes: written.size };
    });
    // A start asks what the bytes are, and by then it is known. One whose bytes won't do is told so there.
    if (!isFailure(received)) await ctx.media.inspect(uploadedFile(ctx, uploadId), 'source');
    return received;
  } finally {
    await ctx.blobs.remove(arriving);
  }
}

async function isClosed(ctx: Context, uploadId: string): Promise<boolean> {
  const [upload] = await ctx.db
    .select({ usedAt: uploads.usedAt })
    .from(uploads)
    .where(eq(uploads.id, uploadId));
  return upload === undefined || upload.usedAt !== null;
}

function closed() {
  return fail(
    'INVALID_SIGNATURE',
    'This upload URL takes no more bytes: a job has used the upload, or it is gone. Create another upload.',
  );
}
