export type { BlobStore, ByteRange, WriteOptions } from './blob-store.ts';
export { isSystemError } from './disk/files.ts';
export { type DiskStoreOptions, openDiskStore } from './disk/open-disk-store.ts';
export { parseRange } from './range.ts';
export { openS3Store, type S3StoreOptions } from './s3/open-s3-store.ts';
export {
  createUrlSigner,
  type SignedUrlClaims,
  type UrlSigner,
  type UrlSignerOptions,
} from './signed-url.ts';
