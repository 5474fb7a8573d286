import type { StoredFile } from '@restage/media';
import type { Context } from '../context.ts';

/**
 * The key of the bytes of an upload in the blob store: each PUT has its own, so that one that is late replaces nothing.
 * @param attempt the PUT's number; null for bytes that came when PUTs had no numbers
 */
export function getUploadKey(uploadId: string, attempt: number | null): string {
  return attempt === null || attempt === 1 ? `uploads/${uploadId}` : `uploads/${uploadId}-${attempt}`;
}

/** The upload and the PUT of a key's last segment. */
export function parseUploadName(name: string): { readonly id: string; readonly attempt: number } {
  const [id = '', attempt = '1'] = name.split('-');
  return { id, attempt: Number(attempt) };
}

/** The file of this key, which is never changed; undefined if it is missing. */
export async function findUploadedFile(
  ctx: Pick<Context, 'blobs'>,
  key: string,
): Promise<StoredFile | undefined> {
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
