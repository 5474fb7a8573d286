export type { BlobStore, ByteRange, WriteOptions } from './blob-store.ts';
export { type DiskStoreOptions, openDiskStore } from './disk.ts';
export { parseRange } from './range.ts';
export { createUrlSigner, type Grant, type UrlSigner, type UrlSignerOptions } from './signed-url.ts';
