import type { Size } from '@restage/contract';
import { exifOrientation, orient } from './exif.ts';
import { Damaged, type Reader } from './reader.ts';

const segmentsAtMost = 2000;
const app1 = 0xe1;
/** Start of frame: baseline, extended and progressive, which is what decoders of the web take. */
const frames = [0xc0, 0xc1, 0xc2];
const otherFrames = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
const startOfScan = 0xda;
const endOfImage = 0xd9;

/** The size as shown of a JPEG: its frame header, turned as its first EXIF segment asks. Throws Damaged. */
export function readJpeg(reader: Reader): Size {
  let orientation: number | undefined;
  let position = 2;
  for (let count = 0; count < segmentsAtMost; count += 1) {
    const head = reader.read(position, 4);
    if (head[0] !== 0xff) throw new Damaged('its segments do not follow one another');
    const marker = head.readUInt8(1);
    if (marker === 0xff) {
      position += 1;
      continue;
    }
    if (marker === startOfScan || marker === endOfImage || otherFrames.includes(marker)) break;
    const length = head.readUInt16BE(2);
    if (length < 2) throw new Damaged('one of its segments is shorter than its header');
    if (frames.includes(marker)) {
      const frame = reader.read(position + 4, 6);
      const [height, width] = [frame.readUInt16BE(1), frame.readUInt16BE(3)];
      if (width === 0 || height === 0) throw new Damaged('its size is zero');
      return orient(width, height, orientation ?? 1);
    }
    if (marker === app1 && orientation === undefined && length > 8) {
      const block = reader.read(position + 4, length - 2);
      if (block.toString('latin1', 0, 6) === 'Exif\0\0') orientation = exifOrientation(block);
    }
    position += 2 + length;
  }
  throw new Damaged('it has no frame that can be decoded');
}
