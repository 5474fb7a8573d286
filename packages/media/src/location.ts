import type { DataMedia, HttpsMedia, MediaParam } from './uri.ts';

/** A local file. One that is `stored` is only ever replaced whole, so what is known of it need not be asked again. */
export interface LocalFile {
  readonly kind: 'file';
  readonly path: string;
  readonly stored?: boolean;
}

/** Where media is to be read from: a URI, with an upload become the local file that it was stored as. */
export type Location = LocalFile | HttpsMedia | DataMedia;

/** What media is for. */
export type Role = 'source' | 'alpha' | 'reference';

/** The parameter that names the media of each role. */
export const paramOf = {
  source: 'source_uri',
  alpha: 'alpha_uri',
  reference: 'reference_image_uri',
} as const satisfies Record<Role, MediaParam>;
