import { createHash } from 'node:crypto';
import { isFailure } from '@restage/errors';
import type { BlobStore } from './blob-store.ts';

/** What became of the blobs of a copy. */
export interface CopyResult {
  /** Blobs that were sent, and read back with the same bytes. */
  readonly copied: number;
  /** Blobs that the target had already. */
  readonly unchanged: number;
  /** Bytes that were sent. */
  readonly bytes: number;
  /** Keys whose blob was read back with other bytes than were sent, or was replaced meanwhile. Copy them again. */
  readonly failed: readonly string[];
}

interface CopyOptions {
  readonly folders: readonly string[];
  /**
   * Trusts a blob of the target that has the same size and was written after the source's. Otherwise both are read and
   * compared.
   */
  readonly newOnly?: boolean;
}

/** How many blobs are copied side by side. */
const concurrency = 4;

/**
 * Copies every blob under some folders to another store, and compares size and SHA-256 of what the target then has. May be
 * repeated, also after it was interrupted: what the target has is not sent again. Removes nothing. Throws what a store
 * throws.
 */
export async function copyBlobs(from: BlobStore, to: BlobStore, options: CopyOptions): Promise<CopyResult> {
  const result = { copied: 0, unchanged: 0, bytes: 0, failed: [] as string[] };
  const keys = listKeys(from, options.folders);
  const copyNext = async () => {
    // All workers take from the one generator, which queues their calls.
    for await (const key of { [Symbol.asyncIterator]: () => ({ next: () => keys.next() }) }) {
      const outcome = await copyBlob(from, to, key, options.newOnly ?? false);
      if (outcome === 'unchanged') result.unchanged += 1;
      else if (outcome === 'failed') result.failed.push(key);
      else if (outcome !== 'gone') {
        result.copied += 1;
        result.bytes += outcome.bytes;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, copyNext));
  return result;
}

async function copyBlob(from: BlobStore, to: BlobStore, key: string, newOnly: boolean) {
  const source = await from.stat(key);
  if (!source) return 'gone';
  const target = await to.stat(key);
  if (target?.size === source.size) {
    if (newOnly && target.modifiedAt >= source.modifiedAt) return 'unchanged';
    if ((await hashBlob(from, key)) === (await hashBlob(to, key))) return 'unchanged';
  }
  const bytes = await from.read(key);
  if (!bytes) return 'gone';
  const hash = createHash('sha256');
  const written = await to.write(key, hashed(bytes, hash), { maxBytes: source.size });
  // It was replaced by a longer one while it was read.
  if (isFailure(written)) return 'failed';
  const sent = hash.digest('hex');
  return written.size === source.size && (await hashBlob(to, key)) === sent
    ? { bytes: written.size }
    : 'failed';
}

async function* hashed(bytes: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

/** The SHA-256 of a blob; undefined if there is none. */
async function hashBlob(store: BlobStore, key: string): Promise<string | undefined> {
  const bytes = await store.read(key);
  if (!bytes) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}

/** Lists the keys of all blobs under some folders. */
async function* listKeys(store: BlobStore, folders: readonly string[]): AsyncGenerator<string> {
  for (const folder of folders) {
    for await (const name of store.list(folder)) {
      const key = `${folder}/${name}`;
      if (await store.stat(key)) yield key;
      else yield* listKeys(store, [key]);
    }
  }
}
