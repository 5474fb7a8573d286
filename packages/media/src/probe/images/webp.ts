import type { Size } from '@restage/contract';
import { DamagedFileError, type Reader } from '../reader.ts';
import { applyOrientation, readExifOrientation } from './exif.ts';

const maxChunks = 1000;
const maxExifBytes = 64 * 1024;

/** Reads the display size of a WebP: simple lossy, simple lossless or extended, rotated by EXIF. Throws DamagedFileError. */
export function readWebp(reader: Reader): Size {
  const head = reader.read(12, 18);
  const type = head.toString('latin1', 0, 4);
  const end = 8 + reader.read(4, 4).readUInt32LE();
  if (end > reader.size || 20 + head.readUInt32LE(4) > end) throw new DamagedFileError('it ends too early');
  const body = head.subarray(8);
  if (type === 'VP8 ') {
    if (body.readUIntBE(3, 3) !== 0x9d012a) throw new DamagedFileError('it does not begin with a key frame');
    return toSize(body.readUInt16LE(6) & 0x3fff, body.readUInt16LE(8) & 0x3fff);
  }
  if (type === 'VP8L') {
    if (body[0] !== 0x2f) throw new DamagedFileError('its lossless signature is missing');
    const bits = body.readUInt32LE(1);
    return toSize((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  }
  if (type !== 'VP8X') throw new DamagedFileError('its first chunk is none of WebP');
  const hasExif = (body.readUInt8(0) & 0x08) !== 0;
  const { width, height } = toSize(body.readUIntLE(4, 3) + 1, body.readUIntLE(7, 3) + 1);
  return applyOrientation(width, height, hasExif ? readWebpOrientation(reader, 30, end) : 1);
}

function toSize(width: number, height: number): Size {
  if (width === 0 || height === 0) throw new DamagedFileError('its size is zero');
  return { width, height };
}

/** EXIF stands after the pixels, so the chunks are walked to the end. */
function readWebpOrientation(reader: Reader, start: number, end: number): number {
  let position = start;
  for (let count = 0; count < maxChunks && position + 8 <= end; count += 1) {
    const chunk = reader.read(position, 8);
    const length = chunk.readUInt32LE(4);
    if (chunk.toString('latin1', 0, 4) === 'EXIF') {
      return length <= maxExifBytes ? readExifOrientation(reader.read(position + 8, length)) : 1;
    }
    position += 8 + length + (length % 2);
  }
  return 1;
}
