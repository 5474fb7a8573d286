import type { Failure } from '@restage/errors';

/** A range of bytes from 0, both ends included, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface WriteOptions {
  /** A longer stream fails with PAYLOAD_TOO_LARGE. */
  readonly maxBytes: number;
  /** Aborts the write; `write` then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Stores bytes by key. A key is a path of plain names, such as `uploads/upload_…` or `outputs/swx_…/render.png`; any
 * other key is a bug of the caller and throws.
 *
 * A failure of the storage itself (full, read-only, missing) throws and leaves nothing behind.
 */
export interface BlobStore {
  /**
   * Stores a stream under a key, in constant memory. The blob appears whole or not at all, replaces an existing one, and
   * is durable when this returns. Throws what the stream throws.
   */
  write(
    key: string,
    bytes: AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<{ readonly size: number } | Failure<'PAYLOAD_TOO_LARGE'>>;
  /** Moves a finished local file into the store; it appears whole, and is durable when this returns. */
  moveIn(key: string, path: string): Promise<void>;
  /**
   * Moves several files whose keys are in one folder, for the cost of one flush. If one fails, others may have been
   * moved; none is still in progress when this throws.
   * @param files paths by their keys
   */
  moveAll(files: Readonly<Record<string, string>>): Promise<void>;
  /** The size of a blob in bytes and when it was written; undefined if there is none. */
  stat(key: string): Promise<{ readonly size: number; readonly modifiedAt: Date } | undefined>;
  /**
   * Streams a blob, or a range of it, as it is at the time of the call, even if the key changes meanwhile. The caller
   * must read to the end or cancel. Undefined if there is no such blob.
   */
  read(key: string, range?: ByteRange): Promise<ReadableStream<Uint8Array> | undefined>;
  /** The local path of a blob, for reading in place. Callers must not change the file. */
  localPath(key: string): string;
  /** Removes a blob; does nothing if there is none. */
  remove(key: string): Promise<void>;
  /** Removes every blob whose key begins with `folder/`. A blob written meanwhile may remain. */
  removeFolder(folder: string): Promise<void>;
  /** Lists the blobs and folders directly under `folder/`, in no order; nothing if there is no such folder. */
  list(folder: string): AsyncIterable<string>;
  /** Throws unless a blob could be written to this key now. */
  prepare(key: string): Promise<void>;
  /** Throws unless the store is writable and has free space. */
  check(): Promise<void>;
}
