import { open } from 'node:fs/promises';
import { type DataMedia, textOf } from './uri.ts';

/** Characters decoded at a time: whole groups of four, about 24 KB: small enough to die young. */
const groupCharacters = 4;
const chunkCharacters = groupCharacters * 8192;

/**
 * Decodes a data: URI into a new file, chunk by chunk, so that nothing of its size is held twice. The base64
 * must be canonical: what it decodes to must encode to the same characters (RFC 4648, section 3.5).
 * @param atMost decoded bytes
 * @returns the number of bytes, or why there are none.
 */
export async function decodeDataUri(
  media: DataMedia,
  path: string,
  atMost: number,
): Promise<{ readonly bytes: number } | 'not base64' | 'too large'> {
  if (decodedBytes(media) > atMost) return 'too large';
  const file = await open(path, 'wx');
  let bytes = 0;
  try {
    for (let start = media.offset; start < media.uri.length; start += chunkCharacters) {
      const text = textOf(media.uri, start, start + chunkCharacters);
      const decoded = Buffer.from(text, 'base64');
      const isLast = start + chunkCharacters >= media.uri.length;
      if (decoded.toString('base64') !== text || (text.endsWith('=') && !isLast)) return 'not base64';
      await file.write(decoded);
      bytes += decoded.length;
    }
  } finally {
    await file.close();
  }
  return { bytes };
}

function decodedBytes(media: DataMedia): number {
  const characters = media.uri.length - media.offset;
  const end = textOf(media.uri, media.uri.length - 2, media.uri.length);
  const padding = end === '==' ? 2 : end.endsWith('=') ? 1 : 0;
  return Math.floor((characters * 3) / groupCharacters) - padding;
}
