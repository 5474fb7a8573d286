import { describe, expect, test } from 'vitest';
import { type BuiltMovie, buildMovie } from '../../test/support/movies/build-movie.ts';
import {
  makeAvcConfiguration,
  makeAvcSet,
  makeHevcConfiguration,
  makeHevcSet,
  type StreamFormat,
} from '../../test/support/movies/configurations.ts';
import { plainMovie, plainSamples } from '../../test/support/movies/plain-movie.ts';
import { readMovieBytes } from '../../test/support/movies/read-movie.ts';

const read = (change: Partial<BuiltMovie>, format?: StreamFormat) =>
  readMovieBytes(buildMovie(plainMovie(plainSamples(3), change, format)));

const wide: StreamFormat = { width: 640, height: 480 };

describe('the size as shown', () => {
  test.each<[string, Partial<BuiltMovie>, StreamFormat, number, number]>([
    ['square pixels', {}, wide, 640, 480],
    ['pasp', { pixelAspect: [4, 3] }, wide, 853, 480],
    ['the track header', { headerWidth: 854 }, wide, 854, 480],
    ['the coded stream', {}, { ...wide, pixelAspect: [4, 3] }, 853, 480],
    ['the track’s matrix', { matrix: [2, 0, 0, 1] }, wide, 1280, 480],
    ['the matrix rather than pasp', { matrix: [2, 0, 0, 1], pixelAspect: [4, 3] }, wide, 1280, 480],
    ['pasp rather than the track header', { pixelAspect: [1, 1], headerWidth: 854 }, wide, 640, 480],
    [
      'pasp rather than the coded stream',
      { pixelAspect: [3, 2] },
      { ...wide, pixelAspect: [4, 3] },
      960,
      480,
    ],
    ['a quarter turn', { matrix: [0, 1, -1, 0], pixelAspect: [4, 3] }, wide, 480, 853],
    ['a half turn', { matrix: [-1, 0, 0, -1] }, wide, 640, 480],
    ['an aspect that leaves nothing', { pixelAspect: [1, 10_000] }, wide, 640, 480],
    ['a header without a size', { headerWidth: 0, headerHeight: 0 }, wide, 640, 480],
  ])('comes from %s', (_name, change, format, width, height) => {
    expect(read(change, format)).toMatchObject({ width, height });
  });

  test('is that of the coded stream where the headers say another', () => {
    const movie = read({ width: 320, height: 240, headerWidth: 320, headerHeight: 240 }, wide);
    expect(movie).toMatchObject({ width: 640, height: 480, largest: { width: 640, height: 480 } });
  });

  test('is that of the sample entry where it only cuts off what fills the last blocks', () => {
    const coded = { width: 1920, height: 1088 };
    expect(read({ width: 1920, height: 1080 }, coded)).toMatchObject({ width: 1920, height: 1080 });
    expect(read({ width: 1920, height: 1072 }, coded)).toMatchObject({ width: 1920, height: 1088 });
  });
});

describe('the largest size', () => {
  const large: StreamFormat = { width: 3840, height: 2160 };
  const sizes = { width: 320, height: 240 };
  const inBand = (set: Buffer) => {
    const [first, ...others] = plainSamples(3);
    const data = Buffer.concat([Buffer.from([0, 0, 0, set.length]), set, first?.data ?? Buffer.alloc(0)]);
    return [{ data, isSync: true, duration: 512, offset: 0 }, ...others];
  };

  test.each<[string, Partial<BuiltMovie>]>([
    ['the sample entry', { width: 3840, height: 2160 }],
    ['the coded stream', { configuration: makeAvcConfiguration(makeAvcSet(large)) }],
    ['a second parameter set', { configuration: makeAvcConfiguration(makeAvcSet(sizes), makeAvcSet(large)) }],
    ['HEVC', { type: 'hvc1', configuration: makeHevcConfiguration(makeHevcSet(large)) }],
    [
      'the first sample',
      { type: 'avc3', configuration: makeAvcConfiguration(), samples: inBand(makeAvcSet(large)) },
    ],
    [
      'the first sample of HEVC',
      { type: 'hev1', configuration: makeHevcConfiguration(), samples: inBand(makeHevcSet(large)) },
    ],
  ])('is that of %s', (_name, change) => {
    expect(read(change, sizes).largest).toEqual({ width: 3840, height: 2160 });
  });

  test('counts what is cropped, unless it only fills the last blocks', () => {
    expect(read({}, { ...sizes, crop: [0, 0, 0, 2000] }).largest).toEqual({ width: 320, height: 2240 });
    expect(read({}, { ...sizes, crop: [2, 2, 4, 4] }).largest).toEqual(sizes);
  });

  test('is that of the picture with square pixels', () => {
    expect(read({ pixelAspect: [4, 1] }, wide).largest).toEqual({ width: 2560, height: 480 });
  });
});
