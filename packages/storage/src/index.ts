export type { BlobStore, ByteRange, WriteOptions } from './blob-store.ts';
export { type DiskStoreOptions, openDiskStore } from './disk.ts';
export { isSystemError } from './files.ts';
export { parseRange } from './range.ts';
export { createUrlSigner, type Grant, type UrlSigner, type UrlSignerOptions } from './signed-url.ts';
