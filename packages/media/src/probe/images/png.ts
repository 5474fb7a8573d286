import { crc32 } from 'node:zlib';
import type { Size } from '@restage/contract';
import { DamagedFileError, type Reader } from '../reader.ts';
import { applyOrientation, readExifOrientation } from './exif.ts';

/** Bit depths that each colour type allows (PNG, third edition, table 8). */
const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const maxChunks = 1000;
const maxExifBytes = 64 * 1024;

/** Reads the display size of a PNG: its IHDR, rotated by an eXIf chunk before the pixels. Throws DamagedFileError. */
export function readPng(reader: Reader): Size {
  const header = reader.read(8, 25);
  const body = header.subarray(4, 21);
  if (header.readUInt32BE(0) !== 13 || body.toString('latin1', 0, 4) !== 'IHDR') {
    throw new DamagedFileError('its header chunk is missing');
  }
  if (crc32(body) !== header.readUInt32BE(21)) throw new DamagedFileError('its header chunk is corrupt');
  const width = body.readUInt32BE(4);
  const height = body.readUInt32BE(8);
  const depth = body.readUInt8(12);
  if (width < 1 || height < 1 || width > 0x7fffffff || height > 0x7fffffff) {
    throw new DamagedFileError('its size is not a size');
  }
  const [compression, filter, interlace] = [body.readUInt8(14), body.readUInt8(15), body.readUInt8(16)];
  const isKnown = depths[body.readUInt8(13)]?.includes(depth) && compression === 0 && filter === 0;
  if (!isKnown || interlace > 1) throw new DamagedFileError('its pixel format does not exist');
  return applyOrientation(width, height, readPngOrientation(reader));
}

function readPngOrientation(reader: Reader): number {
  let orientation = 1;
  let position = 33;
  for (let count = 0; count < maxChunks; count += 1) {
    const chunk = reader.read(position, 8);
    const length = chunk.readUInt32BE(0);
    const type = chunk.toString('latin1', 4, 8);
    if (type === 'IDAT') return orientation;
    if (type === 'IEND') break;
    if (type === 'eXIf' && length <= maxExifBytes) {
      orientation = readExifOrientation(reader.read(position + 8, length));
    }
    position += 12 + length;
  }
  throw new DamagedFileError('it has no pixels');
}
