import type { Size } from '@restage/contract';
import { DamagedFileError, type Reader } from '../reader.ts';
import { applyOrientation, readExifOrientation } from './exif.ts';

const maxSegments = 2000;
/** Bytes between two segments that are passed over, as decoders do with a warning. */
const maxStrayBytes = 64 * 1024;
const strayBlockBytes = 1024;
const app1 = 0xe1;
/** Start of frame: baseline, extended and progressive, which is what decoders of the web take. */
const frameMarkers = [0xc0, 0xc1, 0xc2];
const unsupportedFrameMarkers = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
/** Markers that stand alone: temporary use, restarts. */
const standaloneMarkers = [0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7];
const startOfScan = 0xda;
const endOfImage = 0xd9;

/** Reads the display size of a JPEG: its frame header, rotated by its first EXIF segment. Throws DamagedFileError. */
export function readJpeg(reader: Reader): Size {
  let size: Size | undefined;
  let orientation: number | undefined;
  let position = 2;
  for (let count = 0; count < maxSegments; count += 1) {
    position = findMarker(reader, position);
    const marker = reader.read(position + 1, 1).readUInt8();
    if (marker === startOfScan && size !== undefined)
      return applyOrientation(size.width, size.height, orientation ?? 1);
    if (marker === startOfScan || marker === endOfImage || unsupportedFrameMarkers.includes(marker)) break;
    if (standaloneMarkers.includes(marker)) {
      position += 2;
      continue;
    }
    const length = reader.read(position + 2, 2).readUInt16BE();
    if (length < 2) throw new DamagedFileError('one of its segments is shorter than its header');
    if (frameMarkers.includes(marker)) size = readFrameSize(reader, position + 4);
    if (marker === app1 && orientation === undefined && length > 8) {
      const block = reader.read(position + 4, length - 2);
      if (block.toString('latin1', 0, 6) === 'Exif\0\0') orientation = readExifOrientation(block);
    }
    position += 2 + length;
  }
  throw new DamagedFileError('it has no frame that can be decoded');
}

/** Where the next marker stands: stray bytes before it are passed over, and so are all but the last of its fill bytes. */
function findMarker(reader: Reader, from: number): number {
  const [first, second] = reader.read(from, 2);
  if (first === 0xff && second !== 0 && second !== 0xff) return from;
  let isFilled = false;
  for (let start = from; start - from < maxStrayBytes; start += strayBlockBytes) {
    const block = reader.read(start, Math.min(strayBlockBytes, reader.size - start));
    if (block.length === 0) throw new DamagedFileError('it ends too early');
    for (const [index, byte] of block.entries()) {
      if (isFilled && byte !== 0 && byte !== 0xff) return start + index - 1;
      isFilled = byte === 0xff;
    }
  }
  throw new DamagedFileError('its segments do not follow one another');
}

/** Width and height of a frame header, of which `position` is the first byte after its length. */
function readFrameSize(reader: Reader, position: number): Size {
  const frame = reader.read(position, 6);
  const [depth, height, width, components] = [
    frame.readUInt8(0),
    frame.readUInt16BE(1),
    frame.readUInt16BE(3),
    frame.readUInt8(5),
  ];
  if (width === 0 || height === 0) throw new DamagedFileError('its size is zero');
  if (depth !== 8) throw new DamagedFileError(`its samples have ${depth} bits, where 8 are usual`);
  if (![1, 3, 4].includes(components)) throw new DamagedFileError(`it has ${components} colour components`);
  return { width, height };
}
