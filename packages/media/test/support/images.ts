import { crc32, deflateSync } from 'node:zlib';

/** A TIFF structure that says nothing but an EXIF orientation. */
function exifBlock(orientation: number, order: 'II' | 'MM' = 'MM'): Buffer {
  const block = Buffer.alloc(26);
  block.write(order, 'latin1');
  const u16 = (value: number, at: number) =>
    order === 'II' ? block.writeUInt16LE(value, at) : block.writeUInt16BE(value, at);
  const u32 = (value: number, at: number) =>
    order === 'II' ? block.writeUInt32LE(value, at) : block.writeUInt32BE(value, at);
  u16(42, 2);
  u32(8, 4);
  u16(1, 8);
  u16(0x0112, 10);
  u16(3, 12);
  u32(1, 14);
  u16(orientation, 18);
  return block;
}

/** A whole gray PNG, with an eXIf chunk where an orientation is given. */
export function makePng(width: number, height: number, orientation?: number, interlace = 0): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, interlace], 8);
  const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(width, 0x40)]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...(orientation === undefined ? [] : [pngChunk('eXIf', exifBlock(orientation))]),
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PNG chunk: length, type, body, checksum. */
export function pngChunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const chunk = Buffer.alloc(typed.length + 8);
  chunk.writeUInt32BE(body.length, 0);
  typed.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(typed), typed.length + 4);
  return chunk;
}

/** The segments of a JPEG up to its first scan; what follows is no picture, and nobody looks at it. */
export function makeJpeg(width: number, height: number, orientation?: number, marker = 0xc0): Buffer {
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 1);
  frame.writeUInt16BE(width, 3);
  const exif = (value: number) => Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exifBlock(value, 'II')]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    ...(orientation === undefined ? [] : [jpegSegment(0xe1, exif(orientation))]),
    jpegSegment(0xdb, Buffer.alloc(65, 1)),
    jpegSegment(marker, frame),
    jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.alloc(64, 0x55),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** A JPEG segment: marker, length, body. */
export function jpegSegment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** A WebP of one of its three forms; the extended one can say an orientation. */
export function makeWebp(
  width: number,
  height: number,
  form: 'lossy' | 'lossless' | 'extended' = 'lossy',
  orientation?: number,
): Buffer {
  const chunks: Buffer[] = [];
  if (form === 'extended') {
    const canvas = Buffer.alloc(10);
    canvas[0] = orientation === undefined ? 0 : 0x08;
    canvas.writeUIntLE(width - 1, 4, 3);
    canvas.writeUIntLE(height - 1, 7, 3);
    chunks.push(riffChunk('VP8X', canvas));
  }
  if (form === 'lossless') {
    const body = Buffer.alloc(15, 0x2f);
    body.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 1);
    chunks.push(riffChunk('VP8L', body));
  } else {
    const body = Buffer.alloc(21, 0x10);
    body.set([0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a], 0);
    body.writeUInt16LE(width, 6);
    body.writeUInt16LE(height, 8);
    chunks.push(riffChunk('VP8 ', body));
  }
  if (orientation !== undefined) chunks.push(riffChunk('EXIF', exifBlock(orientation)));
  return riffChunk('RIFF', Buffer.concat([Buffer.from('WEBP', 'latin1'), ...chunks]));
}

function riffChunk(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}
