import { open } from 'node:fs/promises';
import { type DataMedia, sliceText } from './uri.ts';

/** Characters per chunk, about 24 KB of bytes: small enough for V8's young generation. */
const chunkCharacters = 32_768;

/** Base64 encodes three bytes as four characters. */
const groupCharacters = 4;

/**
 * Decodes a data: URI into a new file, chunk by chunk, so that it is not in memory twice. Its text may be percent-encoded
 * and contain white space. The base64 must be canonical: the decoded bytes encode to the same characters (RFC 4648,
 * section 3.5).
 * @param maxBytes decoded bytes
 * @returns the number of bytes, or why the URI can't be decoded
 */
export async function decodeDataUri(
  media: DataMedia,
  path: string,
  maxBytes: number,
): Promise<{ readonly bytes: number } | 'not base64' | 'too large'> {
  const file = await open(path, 'wx');
  let bytes = 0;
  let isPadded = false;
  try {
    for (const text of base64Groups(media)) {
      const decoded = Buffer.from(text, 'base64');
      if (isPadded || decoded.toString('base64') !== text) return 'not base64';
      isPadded = text.endsWith('=');
      bytes += decoded.length;
      if (bytes > maxBytes) return 'too large';
      await file.write(decoded);
    }
  } finally {
    await file.close();
  }
  return { bytes };
}

/** Yields the base64 of a data: URI without escapes and white space, in non-empty chunks of whole groups. */
function* base64Groups({ uri, offset }: DataMedia): Generator<string, void> {
  let group = '';
  let pending = '';
  for (let start = offset; start < uri.length; start += chunkCharacters) {
    const raw = pending + sliceText(uri, start, start + chunkCharacters);
    const isLast = start + chunkCharacters >= uri.length;
    // An escape that the chunk cuts off is decoded with the next chunk.
    pending = isLast ? '' : (/%[\da-f]?$/i.exec(raw)?.[0] ?? '');
    const text = group + decodeText(raw.slice(0, raw.length - pending.length));
    const end = isLast ? text.length : text.length - (text.length % groupCharacters);
    group = text.slice(end);
    if (end > 0) yield text.slice(0, end);
  }
}

/** Decodes percent-encoding, and removes ASCII white space. */
function decodeText(raw: string): string {
  const isPlain = !/[%\t\n\f\r ]/.test(raw);
  if (isPlain) return raw;
  const text = raw.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number(`0x${code}`)),
  );
  return text.replaceAll(/[\t\n\f\r ]/g, '');
}
