import { readFile, stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** Chunks that don't affect how pixels are shown. */
const neutral = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND', 'sRGB', 'sBIT', 'pHYs', 'tIME', 'tEXt', 'zTXt', 'iTXt', 'eXIf'],
  ...['bKGD', 'hIST', 'sPLT'],
]);
/** Chunks that an sRGB chunk overrides (PNG, third edition, 11.3.2). */
const overridden = new Set(['gAMA', 'cHRM']);
/** Larger files are not checked. */
const maxBytes = 32 * 1024 * 1024;

/**
 * Whether a PNG is complete, with valid checksums and nothing after its end, and a still of plain sRGB pixels: no
 * animation, and no gamma, primaries, profile or transparency of its own.
 */
export async function isPlainPng(path: string): Promise<boolean> {
  if ((await stat(path)).size > maxBytes) return false;
  const file = await readFile(path);
  const types = new Set<string>();
  let position = 8;
  while (position + 12 <= file.length) {
    const length = file.readUInt32BE(position);
    const end = position + 8 + length;
    const type = file.toString('latin1', position + 4, position + 8);
    if (end + 4 > file.length || crc32(file.subarray(position + 4, end)) !== file.readUInt32BE(end))
      return false;
    types.add(type);
    position = end + 4;
    if (type === 'IEND') break;
  }
  const isNeutral = (type: string) => neutral.has(type) || (types.has('sRGB') && overridden.has(type));
  return types.has('IEND') && position === file.length && [...types].every(isNeutral);
}
