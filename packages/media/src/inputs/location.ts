import type { DataMedia, HttpsMedia, MediaParam } from './uri.ts';

/** A local file. A `stored` file is only ever replaced whole, so its probe can be cached. */
export interface LocalFile {
  readonly kind: 'file';
  readonly path: string;
  readonly stored?: boolean;
}

/** Where to read media from: a URI, or for an upload the local file that stores it. */
export type Location = LocalFile | HttpsMedia | DataMedia;

/** What media is for. */
export type Role = 'source' | 'alpha' | 'reference';

/** The request parameter of each role. */
export const params = {
  source: 'source_uri',
  alpha: 'alpha_uri',
  reference: 'reference_image_uri',
} as const satisfies Record<Role, MediaParam>;
