import type { Failure } from '@restage/errors';

/** A range of bytes from 0, both ends included, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface WriteOptions {
  /** A longer stream fails with PAYLOAD_TOO_LARGE. */
  readonly maxBytes: number;
  /** Aborts the write; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Bytes that the store has received, and that nobody can read yet. */
export interface StagedBlob {
  readonly size: number;
  /** Makes the bytes the blob of their key; it appears whole, and is durable when this returns. */
  commit(): Promise<void>;
  /** Removes the bytes. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/** What is known of a blob without reading it. */
export interface BlobStat {
  /** Bytes. */
  readonly size: number;
  readonly modifiedAt: Date;
  /** Changes whenever the blob is replaced by other bytes. Letters, digits and hyphens. */
  readonly version: string;
}

/** A local file with the bytes of a blob. Callers must not change it. */
interface LocalBlob extends Pick<BlobStat, 'size' | 'version'> {
  readonly path: string;
}

/** How a download from the store itself is presented: the values of response headers. */
interface DownloadOptions {
  readonly contentType: string;
  readonly contentDisposition: string;
}

/**
 * Stores bytes by key. A key is a path of plain names, such as `uploads/upload_…` or `outputs/swx_…/render.png`; any
 * other key is a bug of the caller and throws.
 *
 * A failure of the storage itself (full, read-only, missing, not answering) throws within a bounded time, and leaves
 * nothing that can be read.
 */
export interface BlobStore {
  /**
   * Receives a stream, in constant memory, without changing the blob of the key. Throws what the stream throws, and then
   * leaves nothing behind. The caller must commit or discard.
   */
  stage(
    key: string,
    bytes: AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<StagedBlob | Failure<'PAYLOAD_TOO_LARGE'>>;
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
  /** What is known of a blob; undefined if there is none. */
  stat(key: string): Promise<BlobStat | undefined>;
  /**
   * Streams a blob, or a range of it, as it is at the time of the call, even if the key changes meanwhile. The caller
   * must read to the end or cancel. Undefined if there is no such blob.
   */
  read(key: string, range?: ByteRange): Promise<ReadableStream<Uint8Array> | undefined>;
  /**
   * Lends a local file with the bytes of a blob until `use` has settled. Undefined if there is no such blob.
   * @param signal aborts the wait for the file, not `use`
   */
  withLocalFile<Result>(
    key: string,
    use: (file: LocalBlob) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result | undefined>;
  /** Removes a blob; does nothing if there is none. */
  remove(key: string): Promise<void>;
  /** Removes every blob whose key begins with `folder/`. A blob written meanwhile may remain. */
  removeFolder(folder: string): Promise<void>;
  /**
   * Lists the blobs and folders directly under `folder/`, in no order; nothing if there is no such folder. A folder whose
   * last blob was removed may stay listed for a while.
   */
  list(folder: string): AsyncIterable<string>;
  /** Throws unless a blob could be written to this key now. */
  prepare(key: string): Promise<void>;
  /** Throws unless the store is writable and has free space. */
  check(): Promise<void>;
  /**
   * Removes what writes left behind whose process died. @returns how many
   * @param before writes that have begun, or on disk received bytes, since then are left alone
   */
  removeAbandonedWrites(before: Date): Promise<number>;
  /**
   * Signs a URL that serves a blob straight from the store for an hour, with ranges. Undefined if downloads go through
   * the server.
   */
  readonly signDownload?: ((key: string, options: DownloadOptions) => Promise<string>) | undefined;
}
