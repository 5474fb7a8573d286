import { type FixtureName, fixturePath, fixtures } from '@restage/fixtures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestMedia, type TestMedia } from '../support/media.ts';
import { buildMovie } from '../support/movies/build-movie.ts';
import { box, makeMovie } from '../support/movies/make-movie.ts';
import { plainMovie, plainSamples } from '../support/movies/plain-movie.ts';

let testMedia: TestMedia;
beforeAll(async () => {
  testMedia = await openTestMedia();
});
afterAll(() => testMedia.close());

async function inspect(bytes: Buffer) {
  return await testMedia.media.inspect(await testMedia.file('movie', bytes), 'source');
}

describe.each(['mp4', 'mov'] as const)('an %s', (container) => {
  test.each(['moov first', 'moov last', 'fragmented'] as const)(
    'laid out with %s is probed',
    async (layout) => {
      const bytes = await makeMovie({ container, layout, frames: 50, width: 320, height: 180 });
      expect(await inspect(bytes)).toEqual({
        type: 'video',
        format: container,
        width: 320,
        height: 180,
        largest: { width: 320, height: 180 },
        frames: 50,
        codec: 'h264',
        durationSeconds: 2,
        bytes: bytes.length,
      });
    },
  );

  test.each([
    [0, 320, 180],
    [90, 180, 320],
    [180, 320, 180],
    [270, 180, 320],
  ] as const)('rotated by %i degrees is %i×%i', async (rotation, width, height) => {
    const bytes = await makeMovie({ container, rotation, width: 320, height: 180 });
    expect(await inspect(bytes)).toMatchObject({ width, height });
  });

  test('with HEVC is probed', async () => {
    expect(await inspect(await makeMovie({ container, codec: 'hevc' }))).toMatchObject({ codec: 'hevc' });
  });
});

test.each(['vp9', 'av1'] as const)('refuses an MP4 with %s by its codec', async (codec) => {
  const failure = await inspect(await makeMovie({ codec }));
  expect(failure).toMatchObject({ code: 'INVALID_FILE_FORMAT', param: 'source_uri' });
  expect(failure).toHaveProperty('message', expect.stringContaining(codec));
});

test('counts the frames of a long film, which is then refused with their number', async () => {
  expect(await inspect(await makeMovie({ frames: 241 }))).toMatchObject({ frames: 241 });
  expect(await inspect(await makeMovie({ frames: 12_000, frameBytes: 1 }))).toMatchObject({ frames: 12_000 });
});

test.each(['wide', 'free', 'skip', 'pnot'])('takes a MOV that begins with %s, without ftyp', async (type) => {
  const bytes = buildMovie(plainMovie(plainSamples(12), { container: 'mov without ftyp' }));
  bytes.write(type, 4, 'latin1');
  expect(await inspect(bytes)).toMatchObject({ format: 'mov', frames: 12 });
});

test.each(['mdat', 'moov'])('takes a MOV that begins with %s', async (type) => {
  const whole = buildMovie(plainMovie(plainSamples(12), { container: 'mov without ftyp' })).subarray(8);
  const movie = whole.subarray(whole.readUInt32BE(0));
  const media = whole.subarray(0, whole.readUInt32BE(0));
  const bytes = Buffer.concat(type === 'mdat' ? [media, movie] : [movie, media]);
  const offset = bytes.indexOf('stco', 0, 'latin1') + 12;
  bytes.writeUInt32BE(type === 'mdat' ? 8 : movie.length + 8, offset);
  expect(await inspect(bytes)).toMatchObject({ format: 'mov', frames: 12 });
});

test('does not count frames that an edit list cuts off', async () => {
  expect(await inspect(await makeMovie({ frames: 50, hidden: 12 }))).toMatchObject({ frames: 38 });
});

test('takes media that goes on to the end of the file', async () => {
  const movie = await makeMovie({ layout: 'moov first' });
  const at = movie.indexOf('mdat', 0, 'latin1') - 4;
  const open = Buffer.from(movie);
  open.writeUInt32BE(0, at);
  expect(await inspect(open)).toMatchObject({ frames: 10 });
});

describe('an invalid movie', () => {
  test('with an edit list of a million segments has an answer, and ends no process', async () => {
    const edits = Array.from({ length: 2 ** 20 }, (_, n) => ({ duration: 2000 + (n % 7), mediaTime: 0 }));
    expect(await inspect(buildMovie(plainMovie(plainSamples(48), { edits })))).toMatchObject({
      frames: 1_000_000,
    });
    expect(await inspect(await makeMovie())).toMatchObject({ frames: 10 });
    expect(testMedia.logged).toEqual([]);
  });

  test.each([
    ['a box longer than the file', box('ftyp', Buffer.from('isom\0\0\0\0isom', 'latin1')), 0x7fffffff],
    ['a box shorter than its own header', box('ftyp', Buffer.from('isom\0\0\0\0isom', 'latin1')), 4],
  ])('with %s is refused', async (_, type, size) => {
    const header = box('moov');
    header.writeUInt32BE(size, 0);
    expect(await inspect(Buffer.concat([type, header, Buffer.alloc(64)]))).toMatchObject({
      code: 'INVALID_URI',
    });
  });

  test('without a movie header is refused', async () => {
    const movie = await makeMovie({ layout: 'moov last' });
    const cut = movie.subarray(0, movie.indexOf('moov', 0, 'latin1') - 4);
    expect(await inspect(cut)).toMatchObject({ code: 'INVALID_URI' });
  });

  test.each(['moov first', 'moov last', 'fragmented'] as const)(
    'with %s and its media cut short is refused',
    async (layout) => {
      const movie = await makeMovie({ layout, frameBytes: 5000 });
      expect(await inspect(movie.subarray(0, 20_000))).toMatchObject({ code: 'INVALID_URI' });
    },
  );

  test('with a header cut short is refused', async () => {
    const movie = await makeMovie({ layout: 'moov last' });
    expect(await inspect(movie.subarray(0, movie.length - 20))).toMatchObject({ code: 'INVALID_URI' });
  });

  test('with no frames is refused', async () => {
    expect(await inspect(await makeMovie({ frames: 0 }))).toMatchObject({ code: expect.any(String) });
  });
});

test.each(Object.entries(fixtures))('the fixture %s is probed correctly', async (name, expected) => {
  const path = fixturePath(name as FixtureName);
  expect(await testMedia.media.inspect({ kind: 'file', path }, 'source')).toMatchObject(expected);
});
