import type { DataMedia, HttpsMedia, MediaParam } from './uri.ts';

/** A local file. */
export interface LocalFile {
  readonly kind: 'file';
  readonly path: string;
  /** Identifies the bytes, wherever they are stored. The probe of a file that has a version is cached. */
  readonly version?: string;
}

/** A file in a store, of which parts can be read. */
export interface StoredFile {
  readonly kind: 'stored';
  /** Bytes. */
  readonly size: number;
  /** As of a {@link LocalFile}. */
  readonly version: string;
  /** Reads from `start` to `end`, exclusive; undefined if the file is gone. Throws errors of the store. */
  read(start: number, end: number): Promise<ReadableStream<Uint8Array> | undefined>;
}

/** Media that a caller's URI contains or leads to. */
export type MediaBytes = HttpsMedia | DataMedia;

/** Where to read media from: a URI, or for an upload the file that stores it. */
export type Location = LocalFile | StoredFile | MediaBytes;

/** What media is for. */
export type Role = 'source' | 'alpha' | 'reference';

/** The request parameter of each role. */
export const params = {
  source: 'source_uri',
  alpha: 'alpha_uri',
  reference: 'reference_image_uri',
} as const satisfies Record<Role, MediaParam>;
