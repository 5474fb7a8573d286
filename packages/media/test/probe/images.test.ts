import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jpegSegment, makeJpeg, makePng, makeWebp, pngChunk } from '../support/images.ts';
import { openTestMedia, type TestMedia } from '../support/media.ts';

const orientations = [1, 2, 3, 4, 5, 6, 7, 8];
let testMedia: TestMedia;
beforeAll(async () => {
  testMedia = await openTestMedia();
});
afterAll(() => testMedia.close());

async function inspect(bytes: Buffer) {
  return await testMedia.media.inspect(await testMedia.file('picture', bytes), 'source');
}

describe.each([
  ['png', makePng],
  ['jpeg', makeJpeg],
  [
    'webp',
    (width: number, height: number, orientation?: number) => makeWebp(width, height, 'extended', orientation),
  ],
] as const)('a %s', (format, make) => {
  test('has the size in its header', async () => {
    const bytes = make(40, 30);
    expect(await inspect(bytes)).toEqual({
      type: 'image',
      format,
      width: 40,
      height: 30,
      frames: 1,
      bytes: bytes.length,
    });
  });

  test.each(orientations)('is turned by EXIF orientation %i as viewers turn it', async (orientation) => {
    const [width, height] = orientation >= 5 ? [30, 40] : [40, 30];
    expect(await inspect(make(40, 30, orientation))).toMatchObject({ width, height });
  });

  test.each([0, 9, 65535])('is not turned by the orientation %i, which there is not', async (orientation) => {
    expect(await inspect(make(40, 30, orientation))).toMatchObject({ width: 40, height: 30 });
  });

  test('is refused when it ends within its header', async () => {
    const whole = make(40, 30);
    const header = { png: 40, jpeg: 90, webp: 28 }[format];
    for (let length = 12; length < header; length += 1) {
      expect(await inspect(whole.subarray(0, length))).toMatchObject({
        code: 'INVALID_URI',
        param: 'source_uri',
      });
    }
  });
});

describe('the forms of a format', () => {
  test.each(['lossy', 'lossless', 'extended'] as const)('takes a %s WebP', async (form) => {
    expect(await inspect(makeWebp(401, 302, form))).toMatchObject({
      format: 'webp',
      width: 401,
      height: 302,
    });
  });

  test.each([0xc0, 0xc1, 0xc2])('takes a JPEG with the frame marker %i', async (marker) => {
    expect(await inspect(makeJpeg(40, 30, undefined, marker))).toMatchObject({ width: 40, height: 30 });
  });

  test('refuses a lossless JPEG, which no browser shows', async () => {
    expect(await inspect(makeJpeg(40, 30, undefined, 0xc3))).toMatchObject({ code: 'INVALID_URI' });
  });

  test('turns a JPEG whose EXIF stands behind its frame', async () => {
    const [turned, plain] = [makeJpeg(40, 30, 6), makeJpeg(40, 30)];
    const [exif, tables] = [
      turned.indexOf(Buffer.from([0xff, 0xe1])),
      turned.indexOf(Buffer.from([0xff, 0xdb])),
    ];
    const scan = plain.indexOf(Buffer.from([0xff, 0xda]));
    const late = Buffer.concat([
      plain.subarray(0, scan),
      turned.subarray(exif, tables),
      plain.subarray(scan),
    ]);
    expect(await inspect(late)).toMatchObject({ width: 30, height: 40 });
  });

  test.each([1, 4, 9])('turns a JPEG whose orientation is a number of TIFF type %i', async (type) => {
    const jpeg = makeJpeg(40, 30, 6);
    // Little-endian: the tag of the orientation, then its type.
    jpeg[jpeg.indexOf(Buffer.from([0x12, 0x01, 0x03])) + 2] = type;
    expect(await inspect(jpeg)).toMatchObject({ width: 30, height: 40 });
  });

  test('finds the frame of a JPEG behind two hundred segments', async () => {
    const jpeg = makeJpeg(40, 30);
    const padding = Array.from({ length: 200 }, () => jpegSegment(0xe2, Buffer.alloc(60_000)));
    const padded = Buffer.concat([jpeg.subarray(0, 2), ...padding, jpeg.subarray(2)]);
    expect(await inspect(padded)).toMatchObject({ width: 40, height: 30 });
  });
});

describe('what decoders show with a warning', () => {
  const jpeg = makeJpeg(40, 30, 6);
  const put = (at: number, ...bytes: readonly number[]) =>
    Buffer.concat([jpeg.subarray(0, at), Buffer.from(bytes), jpeg.subarray(at)]);
  const tables = jpeg.indexOf(Buffer.from([0xff, 0xdb]));

  test.each([
    ['stray bytes behind its first marker', put(2, 0, 1, 2)],
    ['stray bytes between segments', put(tables, 0x55, 0xff, 0, 0xaa)],
    ['two thousand stray bytes', put(tables, ...Array.from({ length: 2000 }, () => 0x20))],
    ['fill bytes', put(tables, ...Array.from({ length: 3000 }, () => 0xff))],
    ['markers that stand alone', put(tables, 0xff, 0xd0, 0xff, 0x01)],
    ['no end', jpeg.subarray(0, -2)],
    ['bytes after its end', Buffer.concat([jpeg, Buffer.alloc(100)])],
  ])('takes a JPEG with %s', async (_, bytes) => {
    expect(await inspect(bytes)).toMatchObject({ format: 'jpeg', width: 30, height: 40 });
  });

  test('takes a PNG with a comment of wrong checksum', async () => {
    const png = makePng(40, 30);
    const comment = pngChunk('tEXt', Buffer.from('a\0b'));
    comment[comment.length - 1] = (comment.at(-1) ?? 0) ^ 1;
    const bytes = Buffer.concat([png.subarray(0, 33), comment, png.subarray(33)]);
    expect(await inspect(bytes)).toMatchObject({ format: 'png', width: 40, height: 30 });
  });

  test.each([
    ['png', makePng(40, 30)],
    ['webp', makeWebp(40, 30, 'extended', 6)],
  ])('takes a %s with bytes after its end', async (format, bytes) => {
    expect(await inspect(Buffer.concat([bytes, Buffer.from('EXIF\xff\xff\xff\x7f')]))).toMatchObject({
      format,
    });
  });
});

describe('a damaged header', () => {
  const png = makePng(40, 30);
  const changed = (at: number, value: number) => {
    const bytes = Buffer.from(png);
    bytes[at] = value;
    return bytes;
  };

  /** A copy with another byte `offset` behind the first place where `mark` stands. */
  const withByte = (file: Buffer, mark: readonly number[], offset: number, value: number) => {
    const bytes = Buffer.from(file);
    bytes[bytes.indexOf(Buffer.from(mark)) + offset] = value;
    return bytes;
  };

  test.each([
    ['a PNG whose header checksum is wrong', changed(29, 0)],
    ['a PNG whose width was changed', changed(19, 41)],
    ['a PNG whose first chunk is another', changed(12, 0x4a)],
    ['a PNG of no width', makePng(0, 30)],
    ['a PNG without pixels', Buffer.concat([png.subarray(0, 33), pngChunk('IEND', Buffer.alloc(0))])],
    ['a PNG of an unknown interlacing', makePng(40, 30, undefined, 2)],
    ['a JPEG of no height', makeJpeg(40, 0)],
    ['a JPEG of 12 bits, which no decoder of the web takes', withByte(makeJpeg(40, 30), [0xff, 0xc0], 4, 12)],
    ['a JPEG of two colour components', withByte(makeJpeg(40, 30), [0xff, 0xc0], 9, 2)],
    ['a WebP that ends before its pixels do', makeWebp(40, 30).subarray(0, -1)],
    ['a WebP of no width', makeWebp(0, 30, 'lossy')],
    [
      'a WebP with an unknown first chunk',
      Buffer.from(makeWebp(4, 3).toString('latin1').replace('VP8 ', 'VP9 '), 'latin1'),
    ],
  ])('refuses %s', async (_, bytes) => {
    expect(await inspect(bytes)).toMatchObject({ code: 'INVALID_URI', param: 'source_uri' });
  });
});
