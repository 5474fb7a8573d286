import { open } from 'node:fs/promises';
import { type DataMedia, textOf } from './uri.ts';

/** Characters read at a time, about 24 KB of bytes: small enough to die young. */
const chunkCharacters = 32_768;

/** The four characters that stand for three bytes. */
const groupCharacters = 4;

/**
 * Decodes a data: URI into a new file, chunk by chunk, so that nothing of its size is held twice. Its text may be
 * percent-encoded and broken by white space. The base64 itself must be canonical: what it decodes to must encode to the
 * same characters (RFC 4648, section 3.5).
 * @param atMost decoded bytes
 * @returns the number of bytes, or why there are none.
 */
export async function decodeDataUri(
  media: DataMedia,
  path: string,
  atMost: number,
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
      if (bytes > atMost) return 'too large';
      await file.write(decoded);
    }
  } finally {
    await file.close();
  }
  return { bytes };
}

/** The base64 of a data: URI without escapes and white space, cut between groups; none of the pieces is empty. */
function* base64Groups({ uri, offset }: DataMedia): Generator<string, void> {
  let group = '';
  let pending = '';
  for (let start = offset; start < uri.length; start += chunkCharacters) {
    const raw = pending + textOf(uri, start, start + chunkCharacters);
    const isLast = start + chunkCharacters >= uri.length;
    // An escape that the chunk cuts off is read with the next one.
    pending = isLast ? '' : (/%[\da-f]?$/i.exec(raw)?.[0] ?? '');
    const text = group + removeEncoding(raw.slice(0, raw.length - pending.length));
    const end = isLast ? text.length : text.length - (text.length % groupCharacters);
    group = text.slice(end);
    if (end > 0) yield text.slice(0, end);
  }
}

/** Text without percent-encoding and ASCII white space. */
function removeEncoding(raw: string): string {
  const isPlain = !/[%\t\n\f\r ]/.test(raw);
  if (isPlain) return raw;
  const text = raw.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number(`0x${code}`)),
  );
  return text.replaceAll(/[\t\n\f\r ]/g, '');
}
