import type { Context } from '../context.ts';

/** The key of an upload in the blob store. */
export function getUploadKey(uploadId: string): string {
  return `uploads/${uploadId}`;
}

/** The local file of an upload, which is only ever replaced whole. */
export function getUploadedFile(ctx: Pick<Context, 'blobs'>, uploadId: string) {
  return { kind: 'file', path: ctx.blobs.localPath(getUploadKey(uploadId)), stored: true } as const;
}
