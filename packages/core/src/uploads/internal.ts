import type { StoredFile } from '@restage/media';
import type { Context } from '../context.ts';

/** The key of an upload in the blob store. */
export function getUploadKey(uploadId: string): string {
  return `uploads/${uploadId}`;
}

/** The file of an upload, which is only ever replaced whole; undefined if it is missing. */
export async function findUploadedFile(
  ctx: Pick<Context, 'blobs'>,
  uploadId: string,
): Promise<StoredFile | undefined> {
  const key = getUploadKey(uploadId);
  const found = await ctx.blobs.stat(key);
  return (
    found && {
      kind: 'stored',
      size: found.size,
      version: formatFileVersion(key, found),
      read: (start, end) => ctx.blobs.read(key, { start, end: end - 1 }),
    }
  );
}

/** Identifies the bytes of a blob among those of all blobs, for the cache of probes. */
export function formatFileVersion(key: string, { version }: { readonly version: string }): string {
  return `${key} ${version}`;
}
