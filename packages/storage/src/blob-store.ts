import type { Failure } from '@restage/errors';

/** A stretch of bytes, both ends included, counted from 0: the way HTTP counts. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface WriteOptions {
  /** More bytes than this are refused. */
  readonly maxBytes: number;
  /** Ends the writing; `write` then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Where bytes are kept, by key. A key is a path of plain names, such as `uploads/upload_…` or
 * `outputs/swx_…/render.png`; any other key is a bug of the caller and throws.
 *
 * What fails for reasons of the disk (full, read-only, gone) throws and leaves nothing behind.
 */
export interface BlobStore {
  /**
   * Stores a stream under a key, in constant memory. The blob appears whole or not at all, and takes the place of
   * one that was there; it is on the disk when this returns. Throws what the stream throws.
   */
  write(
    key: string,
    bytes: AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<{ readonly size: number } | Failure<'PAYLOAD_TOO_LARGE'>>;
  /** Moves a finished local file in; it appears whole, and is on the disk when this returns. */
  adopt(key: string, path: string): Promise<void>;
  /**
   * Moves several in that have their keys in one folder, and waits for the disk as for one. If one can't be, others
   * may have been; none is still on its way when this throws.
   * @param files paths by their keys
   */
  adoptAll(files: Readonly<Record<string, string>>): Promise<void>;
  /** The size in bytes and age of a blob; undefined when there is none. */
  stat(key: string): Promise<{ readonly size: number; readonly modifiedAt: Date } | undefined>;
  /**
   * Streams a blob, or a stretch of it, as it was when this was called, whatever becomes of the key meanwhile.
   * The caller reads to the end or cancels. Undefined when there is no such blob.
   */
  read(key: string, range?: ByteRange): Promise<ReadableStream<Uint8Array> | undefined>;
  /** The path of a blob, for those who read in place. The file is theirs to read, not to change. */
  localPath(key: string): string;
  /** Removes a blob; one that isn't there is removed already. */
  remove(key: string): Promise<void>;
  /** Removes every blob whose key begins with `folder/`. One that arrives meanwhile may stay. */
  removeFolder(folder: string): Promise<void>;
  /** The names directly beneath `folder/`, of blobs and of folders, in no order; none where there is no folder. */
  list(folder: string): AsyncIterable<string>;
  /** Throws unless a blob could now be written to this key. */
  prepare(key: string): Promise<void>;
  /** Throws unless the store takes writes and has room. */
  check(): Promise<void>;
}
