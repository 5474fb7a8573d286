import type { Context } from '../context.ts';

/** Where an upload's bytes are in the blob store. */
export function uploadKey(uploadId: string): string {
  return `uploads/${uploadId}`;
}

/** An upload's bytes as a file, which is only ever replaced whole. */
export function uploadedFile(ctx: Pick<Context, 'blobs'>, uploadId: string) {
  return { kind: 'file', path: ctx.blobs.localPath(uploadKey(uploadId)), stored: true } as const;
}
