import { limits } from '@restage/contract';
import { describe, expect, test } from 'vitest';
import type { Probe } from '../probe/protocol.ts';
import { validateAlpha, validateReference, validateSource } from './validate.ts';

const image: Probe = { type: 'image', format: 'png', width: 1920, height: 1080, frames: 1, bytes: 1000 };
const video: Probe = { ...image, type: 'video', format: 'mp4', codec: 'h264', frames: 240 };
const custom = { alpha_mode: 'custom' } as const;

describe('a source', () => {
  test('is accepted if it is of the requested type, at the limits', () => {
    expect(validateSource(image, 'image')).toBeUndefined();
    expect(validateSource(video, 'video')).toBeUndefined();
    expect(validateSource({ ...image, width: 2770, height: 1000 }, 'image')).toBeUndefined();
  });

  test.each([
    [{ ...image, width: 2771, height: 1000 }, 'image', 'SOURCE_TOO_LARGE'],
    [{ ...video, frames: 241 }, 'video', 'VIDEO_TOO_MANY_FRAMES'],
    [video, 'image', 'INVALID_FILE_FORMAT'],
    [image, 'video', 'INVALID_FILE_FORMAT'],
    [{ ...video, frames: 241, width: 9000 }, 'image', 'INVALID_FILE_FORMAT'],
    [{ ...video, frames: 241, width: 9000 }, 'video', 'SOURCE_TOO_LARGE'],
  ] as const)('that is %o for %s is refused as %s', (probe, type, code) => {
    expect(validateSource(probe, type)).toMatchObject({ code, param: 'source_uri' });
  });
});

describe('an alpha', () => {
  test('is accepted if it is of the type of its source', () => {
    expect(validateAlpha({ ...image, width: 2 }, image, custom)).toBeUndefined();
    expect(validateAlpha(video, video, custom)).toBeUndefined();
  });

  test('of one frame is accepted with select if it is an image, for every frame of its source', () => {
    expect(validateAlpha(image, video, { alpha_mode: 'select' })).toBeUndefined();
    expect(validateAlpha(image, image, { alpha_mode: 'select', alpha_keyframe_index: 0 })).toBeUndefined();
    expect(validateAlpha(image, video, { alpha_mode: 'select', alpha_keyframe_index: 239 })).toBeUndefined();
  });

  test.each([
    [
      video,
      video,
      0,
      'ALPHA_TYPE_MISMATCH',
      'alpha_uri',
      'alpha_uri is a video, but alpha_mode "select" takes an image.',
    ],
    [{ ...video, frames: 500 }, video, 500, 'ALPHA_TYPE_MISMATCH', 'alpha_uri', undefined],
    [{ ...image, width: 30_000 }, video, 240, 'SOURCE_TOO_LARGE', 'alpha_uri', undefined],
    [
      image,
      video,
      240,
      'INVALID_REQUEST',
      'alpha_keyframe_index',
      'alpha_keyframe_index must be from 0 to 239, the frames of source_uri; received 240.',
    ],
    [
      image,
      image,
      1,
      'INVALID_REQUEST',
      'alpha_keyframe_index',
      'alpha_keyframe_index must be 0, since source_uri has one frame; received 1.',
    ],
  ] as const)(
    'that is %o for %o is refused with select and frame %i as %s',
    (alpha, source, index, code, param, message) => {
      const failure = validateAlpha(alpha, source, { alpha_mode: 'select', alpha_keyframe_index: index });
      expect(failure).toMatchObject({ code, param, ...(message && { message }) });
    },
  );

  test.each([
    [image, video, 'ALPHA_TYPE_MISMATCH'],
    [video, image, 'ALPHA_TYPE_MISMATCH'],
    [{ ...image, width: 30_000 }, image, 'SOURCE_TOO_LARGE'],
    [{ ...video, frames: 10_000 }, video, 'VIDEO_TOO_MANY_FRAMES'],
    [{ ...video, frames: 239 }, video, 'INVALID_REQUEST'],
  ] as const)('that is %o for %o is refused as %s', (alpha, source, code) => {
    expect(validateAlpha(alpha, source, custom)).toMatchObject({ code, param: 'alpha_uri' });
  });
});

test('a matte of another length is refused with both numbers', () => {
  expect(validateAlpha({ ...video, frames: 47 }, { ...video, frames: 48 }, custom)).toMatchObject({
    message: 'alpha_uri has 47 frames and source_uri has 48; a matte must have as many frames as its source.',
  });
});

test.each([
  [241, '241 frames'],
  [19_200, '19200 frames'],
  [1_000_000, '1000000 or more frames'],
])('a source of %i frames is refused with that number', (frames, said) => {
  expect(validateSource({ ...video, frames }, 'video')).toMatchObject({
    message: expect.stringContaining(said),
  });
});

test('the largest size of a source counts against the limit', () => {
  const largest = { width: 3840, height: 2160 };
  expect(validateSource({ ...video, largest }, 'video')).toMatchObject({
    code: 'SOURCE_TOO_LARGE',
    message: expect.stringContaining('3840×2160'),
  });
});

describe('a reference', () => {
  test('is accepted if it is an image, even of a camera at full size', () => {
    expect(validateReference({ ...image, width: 4032, height: 3024 })).toBeUndefined();
    expect(
      validateReference({ ...image, width: limits.referencePixels / 5000, height: 5000 }),
    ).toBeUndefined();
  });

  test.each([
    [video, 'INVALID_FILE_FORMAT'],
    [{ ...image, width: limits.referencePixels + 1, height: 1 }, 'SOURCE_TOO_LARGE'],
  ] as const)('that is %o is refused as %s', (probe, code) => {
    expect(validateReference(probe)).toMatchObject({ code, param: 'reference_image_uri' });
  });
});
