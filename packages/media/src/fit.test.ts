import { limits } from '@restage/contract';
import { describe, expect, test } from 'vitest';
import { fitAlpha, fitReference, fitSource } from './fit.ts';
import type { Probe } from './probe/verdict.ts';

const image: Probe = { type: 'image', format: 'png', width: 1920, height: 1080, frames: 1, bytes: 1000 };
const video: Probe = { ...image, type: 'video', format: 'mp4', codec: 'h264', frames: 240 };

describe('a source', () => {
  test('fits when it is of the type asked for, at the very limits', () => {
    expect(fitSource(image, 'image')).toBeUndefined();
    expect(fitSource(video, 'video')).toBeUndefined();
    expect(fitSource({ ...image, width: 2770, height: 1000 }, 'image')).toBeUndefined();
  });

  test.each([
    [{ ...image, width: 2771, height: 1000 }, 'image', 'SOURCE_TOO_LARGE'],
    [{ ...video, frames: 241 }, 'video', 'VIDEO_TOO_MANY_FRAMES'],
    [video, 'image', 'INVALID_FILE_FORMAT'],
    [image, 'video', 'INVALID_FILE_FORMAT'],
    [{ ...video, frames: 241, width: 9000 }, 'image', 'INVALID_FILE_FORMAT'],
    [{ ...video, frames: 241, width: 9000 }, 'video', 'SOURCE_TOO_LARGE'],
  ] as const)('that is %o for %s is refused as %s', (probe, type, code) => {
    expect(fitSource(probe, type)).toMatchObject({ code, param: 'source_uri' });
  });
});

describe('an alpha', () => {
  test('fits when it is of its source type', () => {
    expect(fitAlpha({ ...image, width: 2 }, image)).toBeUndefined();
    expect(fitAlpha(video, video)).toBeUndefined();
  });

  test.each([
    [image, video, 'ALPHA_TYPE_MISMATCH'],
    [video, image, 'ALPHA_TYPE_MISMATCH'],
    [{ ...image, width: 30_000 }, image, 'SOURCE_TOO_LARGE'],
    [{ ...video, frames: 10_000 }, video, 'VIDEO_TOO_MANY_FRAMES'],
    [{ ...video, frames: 239 }, video, 'INVALID_REQUEST'],
  ] as const)('that is %o for %o is refused as %s', (alpha, source, code) => {
    expect(fitAlpha(alpha, source)).toMatchObject({ code, param: 'alpha_uri' });
  });
});

test('a matte of another length is refused with both numbers', () => {
  expect(fitAlpha({ ...video, frames: 47 }, { ...video, frames: 48 })).toMatchObject({
    message: 'alpha_uri has 47 frames and source_uri has 48; a matte must have as many frames as its source.',
  });
});

test.each([
  [241, '241 frames'],
  [19_200, '19200 frames'],
  [1_000_000, '1000000 or more frames'],
])('a source of %i frames is refused with that number', (frames, said) => {
  expect(fitSource({ ...video, frames }, 'video')).toMatchObject({ message: expect.stringContaining(said) });
});

test('a source is as large as the largest size that it says', () => {
  const largest = { width: 3840, height: 2160 };
  expect(fitSource({ ...video, largest }, 'video')).toMatchObject({
    code: 'SOURCE_TOO_LARGE',
    message: expect.stringContaining('3840×2160'),
  });
});

describe('a reference', () => {
  test('fits when it is an image, even of a camera at full size', () => {
    expect(fitReference({ ...image, width: 4032, height: 3024 })).toBeUndefined();
    expect(fitReference({ ...image, width: limits.referencePixels / 5000, height: 5000 })).toBeUndefined();
  });

  test.each([
    [video, 'INVALID_FILE_FORMAT'],
    [{ ...image, width: limits.referencePixels + 1, height: 1 }, 'SOURCE_TOO_LARGE'],
  ] as const)('that is %o is refused as %s', (probe, code) => {
    expect(fitReference(probe)).toMatchObject({ code, param: 'reference_image_uri' });
  });
});
