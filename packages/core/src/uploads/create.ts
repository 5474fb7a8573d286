import { limits, newId, type Upload, type VerbInput } from '@restage/contract';
import { uploads } from '@restage/db';
import { fail } from '@restage/errors';
import { formatUploadUri } from '@restage/media';
import type { AccountContext } from '../context.ts';
import { getUploadKey } from './internal.ts';

/** Creates an upload: returns a URL to PUT the bytes to, signed for an hour, and the URI for using them in a job. */
export async function createUpload(ctx: AccountContext, input: VerbInput<'uploads.create'>) {
  const now = ctx.now();
  const id = newId('upload', now, ctx.random);
  try {
    await ctx.blobs.prepare(getUploadKey(id, 1));
  } catch (cause) {
    ctx.log.error({ err: cause, uploadId: id }, 'upload_prepare_failed');
    return fail('UPLOAD_URL_FAILED', 'The upload could not be prepared. Send the request again.');
  }
  await ctx.db
    .insert(uploads)
    .values({ id, accountId: ctx.account.id, filename: input.filename, createdAt: new Date(now) });
  const upload: Upload = {
    id,
    upload_url: ctx.urls.sign({
      method: 'PUT',
      path: `/files/uploads/${id}`,
      expiresAt: new Date(now + limits.uploadUrlSeconds * 1000),
    }),
    beeble_uri: formatUploadUri(id, input.filename),
  };
  return upload;
}
