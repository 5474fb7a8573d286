import { formatReceived, isFilename, isId } from '@restage/contract';
import { type Failure, fail } from '@restage/errors';

/** The parameters of a request that name media. */
export type MediaParam = 'source_uri' | 'alpha_uri' | 'reference_image_uri';

/** Media at an https URL (in development, http too). */
export interface HttpsMedia {
  readonly kind: 'https';
  readonly url: URL;
}

/** Media inside the URI itself. The text is unchanged; its base64 begins at `offset`. */
export interface DataMedia {
  readonly kind: 'data';
  /** The media type in the URI, which nothing relies on. */
  readonly type: string;
  /** A string, or its ASCII bytes if it was too long for a string. */
  readonly uri: string | Uint8Array;
  readonly offset: number;
}

/** Media that was uploaded: `beeble://uploads/{id}/{filename}`. */
export interface UploadMedia {
  readonly kind: 'upload';
  readonly id: string;
  readonly filename: string;
}

/** A parsed URI of a user. */
export type MediaUri = UploadMedia | HttpsMedia | DataMedia;

const maxUrlCharacters = 8192;
const maxDataHeaderCharacters = 4096;
const uploadUriPattern = /^beeble:\/\/uploads\/([^/?#]+)\/([^/?#]+)$/;
/**
 * `data:`, a media type with any parameters, and `;base64,` (RFC 2397). A parameter may hold commas, quoted or, as
 * browsers write the codecs of a recording, not. Nothing relies on what parameters say.
 */
const dataHeaderPattern =
  /^data:([a-z0-9][\w.+-]*\/[\w.+-]+)\s*(?:;(?!\s*base64\s*,)(?:[^";]|"(?:[^"\\]|\\.)*")*)*;\s*base64\s*,/is;

/**
 * Parses a URI by its syntax alone; resolves, fetches and decodes nothing.
 * @param uri a string, or for a data: URI its bytes.
 * @returns INVALID_URI, with `param`, if the URI is malformed or its scheme is not accepted
 */
export function parseMediaUri(
  uri: unknown,
  param: MediaParam,
  options: { readonly allowPrivateNetwork: boolean },
): MediaUri | Failure<'INVALID_URI'> {
  const invalid = (reason: string) => fail('INVALID_URI', `${param} ${reason}`, { param });
  if (uri instanceof Uint8Array) return parseData(uri) ?? invalid(dataFormMessage);
  if (typeof uri !== 'string') return invalid(`must be a URI in a string; received ${formatReceived(uri)}.`);
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(uri.slice(0, 64))?.[0].toLowerCase();
  if (scheme === 'beeble') return parseUpload(uri) ?? invalid(uploadFormMessage);
  if (scheme === 'data') return parseData(uri) ?? invalid(dataFormMessage);
  if (scheme !== 'https' && !(scheme === 'http' && options.allowPrivateNetwork)) {
    // After its scheme, a refused URL may contain credentials.
    const found = scheme === undefined ? formatReceived(uri) : `a URI with the scheme ${scheme}:`;
    return invalid(`must be a beeble://uploads/…, https:// or data: URI; received ${found}.`);
  }
  const url = uri.length <= maxUrlCharacters && URL.canParse(uri) ? new URL(uri) : undefined;
  return url ? { kind: 'https', url } : invalid(`is not a URL of at most ${maxUrlCharacters} characters.`);
}

const uploadFormMessage = 'must be a URI as an upload returned it: beeble://uploads/{id}/{filename}.';
const dataFormMessage =
  'must be a data: URI of the form data:{mime};base64,{data}; parameters may stand before ;base64.';

function parseUpload(uri: string): UploadMedia | undefined {
  const [, id, name] = uploadUriPattern.exec(uri.slice(0, maxUrlCharacters)) ?? [];
  if (!isId('upload', id) || name === undefined) return undefined;
  const filename = decodeSegment(name);
  return filename !== undefined && isFilename(filename) ? { kind: 'upload', id, filename } : undefined;
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function parseData(uri: string | Uint8Array): DataMedia | undefined {
  const [header = '', type] = dataHeaderPattern.exec(sliceText(uri, 0, maxDataHeaderCharacters)) ?? [];
  if (type === undefined || uri.length === header.length) return undefined;
  return { kind: 'data', type: type.toLowerCase(), uri, offset: header.length };
}

/** Slices a URI that is a string or bytes. */
export function sliceText(uri: string | Uint8Array, start: number, end: number): string {
  return typeof uri === 'string'
    ? uri.slice(start, end)
    : Buffer.from(uri.subarray(start, end)).toString('latin1');
}

/** Formats the URI of an upload for `parseMediaUri`, with the filename percent-encoded. */
export function formatUploadUri(id: string, filename: string): string {
  return `beeble://uploads/${id}/${encodeURIComponent(filename)}`;
}
