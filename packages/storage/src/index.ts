export type { BlobStore, ByteRange, WriteOptions } from './blob-store.ts';
export { type CopyResult, copyBlobs } from './copy-blobs.ts';
export { isSystemError } from './disk/files.ts';
export { type DiskStoreOptions, openDiskStore } from './disk/open-disk-store.ts';
export { openS3Store } from './open-s3-store.ts';
export { parseRange } from './range.ts';
export type { S3StoreOptions } from './s3/create-s3-store.ts';
export {
  createUrlSigner,
  type SignedUrlClaims,
  type UrlSigner,
  type UrlSignerOptions,
} from './signed-url.ts';
