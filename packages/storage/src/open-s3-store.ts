import type { BlobStore } from './blob-store.ts';
import type { S3StoreOptions } from './s3/create-s3-store.ts';

/**
 * Opens a store in a bucket of S3, or of a server that speaks its protocol. Sends nothing: a bucket that is missing or
 * forbidden fails at its use. Several processes may use the same bucket and prefix.
 */
export async function openS3Store(options: S3StoreOptions): Promise<BlobStore> {
  // The AWS SDK takes memory and time to load, which servers with a disk do not spend.
  const { createS3Store } = await import('./s3/create-s3-store.ts');
  return createS3Store(options);
}
