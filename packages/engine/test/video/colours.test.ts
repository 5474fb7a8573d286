import { join } from 'node:path';
import { failWith, isFailure } from '@restage/errors';
import {
  AV_PIX_FMT_GBRP10LE,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV420P10LE,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV422P10LE,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUV444P12LE,
  AVCOL_PRI_BT709,
  AVCOL_PRI_BT2020,
  AVCOL_PRI_SMPTE432,
  AVCOL_PRI_UNSPECIFIED,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_RGB,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_SMPTE240M,
  AVCOL_SPC_UNSPECIFIED,
  AVCOL_SPC_YCGCO,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_BT709,
  AVCOL_TRC_BT2020_10,
  AVCOL_TRC_SMPTE2084,
  AVCOL_TRC_UNSPECIFIED,
} from 'node-av/constants';
import { describe, expect, test } from 'vitest';
import { decodeFrames } from '../../src/video/decode/decode.ts';
import { openVideo } from '../../src/video/decode/open.ts';
import {
  encoded,
  hlg,
  linearIn,
  patches,
  patchSize,
  pq,
  readPatches,
  type Storage,
  storePatches,
  type Triple,
} from '../support/colour.ts';
import { createFolder } from '../support/files.ts';
import { type ColourTags, describeFrames, type Part, writeParts } from '../support/video-parts.ts';

/** Writes patches as a video, and reads them as they are shown, at `scale` of their size. */
async function show(
  colours: readonly Triple[],
  part: Omit<Part, 'width' | 'height' | 'frames'>,
  {
    container,
    scale = 1,
    stored = part,
  }: { readonly container?: ColourTags; readonly scale?: number; readonly stored?: Storage } = {},
): Promise<readonly Triple[]> {
  const [width, height] = [colours.length * patchSize, patchSize];
  const path = await writeParts(
    join(createFolder(), 'source.mp4'),
    [{ ...part, width, height, frames: [storePatches(colours, stored)] }],
    container === undefined ? {} : { container },
  );
  const input = await openVideo(path, 'source');
  if (isFailure(input)) throw new Error(input.message);
  const size = { width: width * scale, height: height * scale };
  let shown: readonly Triple[] = [];
  for await (const { data } of decodeFrames(input, size, 'colour'))
    shown = readPatches(data, size.width, size.height, colours.length);
  await input.context.closeInput();
  return shown;
}

function expectNear(shown: readonly Triple[], expected: readonly Triple[], tolerance: number): void {
  const farthest = Math.max(
    ...expected.map((colour, n) =>
      Math.max(...colour.map((code, c) => Math.abs(code - (shown[n]?.[c] ?? -255)))),
    ),
  );
  expect(farthest, JSON.stringify(shown)).toBeLessThanOrEqual(tolerance);
}

/** HDR whose reference white, 203 cd/m², is sRGB's white. */
const referenceWhite = 203;
const inHdr = (curve: (light: Triple) => Triple) =>
  patches.map((codes) => {
    const [r, g, b] = linearIn('bt2020', codes);
    return curve([r * referenceWhite, g * referenceWhite, b * referenceWhite]);
  });
const wide = { space: AVCOL_SPC_BT2020_NCL, primaries: AVCOL_PRI_BT2020 } as const;
const tenBits = { format: AV_PIX_FMT_YUV420P10LE } as const;
const kinds = [
  ['HLG', hlg, AVCOL_TRC_ARIB_STD_B67, 1000],
  ['PQ', pq, AVCOL_TRC_SMPTE2084, 4000],
] as const;

/** All patches but white come out as they are in sRGB; white has room above it. */
function expectToneMapped(shown: readonly Triple[]): void {
  const isWhite = ([r, g, b]: Triple) => r === 255 && g === 255 && b === 255;
  expectNear(
    shown.filter((_, n) => !isWhite(patches[n] as Triple)),
    patches.filter((colour) => !isWhite(colour)),
    4,
  );
  const white = shown[patches.findIndex(isWhite)] as Triple;
  for (const code of white) {
    expect(code).toBeGreaterThanOrEqual(240);
    expect(code).toBeLessThanOrEqual(250);
  }
}

describe.each(kinds)('%s is tone-mapped', (_name, curve, transfer, peak) => {
  test.each<[string, Omit<Part, 'width' | 'height' | 'frames'>]>([
    ['HEVC, 4:2:0, 10 bits', { codec: 'hevc', ...tenBits }],
    ['HEVC, 4:2:2, 10 bits', { codec: 'hevc', format: AV_PIX_FMT_YUV422P10LE }],
    ['HEVC, 4:4:4, 12 bits', { codec: 'hevc', format: AV_PIX_FMT_YUV444P12LE }],
    ['HEVC, RGB', { codec: 'hevc', format: AV_PIX_FMT_GBRP10LE, space: AVCOL_SPC_RGB }],
    ['HEVC, full range', { codec: 'hevc', ...tenBits, range: AVCOL_RANGE_JPEG }],
    ['H.264, 10 bits', tenBits],
    ['H.264, 8 bits', {}],
  ])('with greys, colours and skin where sRGB has them: %s', async (_format, part) => {
    expectToneMapped(await show(inHdr(curve), { ...wide, transfer, ...part }));
  });

  test('at another size', async () => {
    expectToneMapped(await show(inHdr(curve), { ...wide, ...tenBits, transfer }, { scale: 0.5 }));
  });

  const unsaid = {
    space: AVCOL_SPC_UNSPECIFIED,
    primaries: AVCOL_PRI_UNSPECIFIED,
    transfer: AVCOL_TRC_UNSPECIFIED,
  } as const;

  test.each<[string, ColourTags, ColourTags | undefined]>([
    ['the stream says so, the container nothing', { ...wide, transfer }, unsaid],
    ['the container says so, the stream nothing', {}, { ...wide, transfer }],
    [
      'the stream calls it SDR, the container does not',
      { ...wide, transfer: AVCOL_TRC_BT2020_10 },
      { ...wide, transfer },
    ],
    [
      'the container calls it SDR, the stream does not',
      { ...wide, transfer },
      { ...wide, transfer: AVCOL_TRC_BT2020_10 },
    ],
    ['nothing but the curve is said', { transfer }, undefined],
  ])('where %s', async (_said, stream, container) => {
    const shown = await show(
      inHdr(curve),
      { space: AVCOL_SPC_UNSPECIFIED, ...stream, ...tenBits },
      { stored: { ...wide, ...tenBits }, ...(container !== undefined && { container }) },
    );
    expectToneMapped(shown);
  });

  test('highlights roll off, and stay apart up to the peak', async () => {
    const nits = [203, 260, 330, 450, peak];
    const shown = await show(
      nits.map((level) => curve([level, level, level])),
      { ...wide, ...tenBits, transfer },
    );
    const codes = shown.map(([, green]) => green);
    for (const [n, code] of codes.entries())
      if (n > 0) expect(code, `${codes}`).toBeGreaterThan(codes[n - 1] ?? 0);
    expect(codes.at(-1)).toBeGreaterThanOrEqual(254);
  });

  test('a saturated colour outside of BT.709 stays what it is', async () => {
    const pure = ([r, g, b]: Triple): Triple => curve([r * 200, g * 200, b * 200]);
    const [red, green, blue] = await show([pure([1, 0, 0]), pure([0, 1, 0]), pure([0, 0, 1])], {
      ...wide,
      ...tenBits,
      transfer,
    });
    expectNear(
      [red, green, blue] as Triple[],
      [
        [244, 0, 0],
        [0, 244, 0],
        [0, 0, 244],
      ],
      16,
    );
  });
});

describe('SDR comes out in the same colours', () => {
  const plain = patches.map(([r, g, b]): Triple => [r / 255, g / 255, b / 255]);
  const inWide = patches.map((codes) => encoded(linearIn('bt2020', codes)));
  const inP3 = patches.map((codes) => encoded(linearIn('p3', codes)));
  const hd = { space: AVCOL_SPC_BT709, primaries: AVCOL_PRI_BT709, transfer: AVCOL_TRC_BT709 } as const;

  test.each<[string, readonly Triple[], Omit<Part, 'width' | 'height' | 'frames'>]>([
    ['BT.709', plain, hd],
    ['BT.709, 10 bits', plain, { ...hd, ...tenBits }],
    ['BT.709, HEVC of 10 bits', plain, { ...hd, ...tenBits, codec: 'hevc' }],
    ['BT.709, 4:2:2', plain, { ...hd, format: AV_PIX_FMT_YUV422P }],
    ['BT.709, 4:4:4', plain, { ...hd, format: AV_PIX_FMT_YUV444P }],
    ['BT.709, 4:4:4, 12 bits', plain, { ...hd, format: AV_PIX_FMT_YUV444P12LE, codec: 'hevc' }],
    ['BT.709, full range', plain, { ...hd, range: AVCOL_RANGE_JPEG }],
    ['BT.709, full range, 10 bits', plain, { ...hd, ...tenBits, range: AVCOL_RANGE_JPEG }],
    ['BT.601', plain, { space: AVCOL_SPC_SMPTE170M }],
    ['BT.601, 10 bits', plain, { space: AVCOL_SPC_SMPTE170M, ...tenBits }],
    ['SMPTE 240M', plain, { space: AVCOL_SPC_SMPTE240M }],
    ['YCgCo', plain, { space: AVCOL_SPC_YCGCO, format: AV_PIX_FMT_YUV444P }],
    ['RGB', plain, { space: AVCOL_SPC_RGB, format: AV_PIX_FMT_GBRP10LE, codec: 'hevc' }],
    ['BT.2020', inWide, { ...wide, ...tenBits, transfer: AVCOL_TRC_BT2020_10 }],
    ['BT.2020 by its matrix alone', inWide, { space: AVCOL_SPC_BT2020_NCL, ...tenBits }],
    ['Display P3', inP3, { ...hd, ...tenBits, primaries: AVCOL_PRI_SMPTE432 }],
  ])('%s', async (_name, colours, part) => {
    expectNear(await show(colours, { format: AV_PIX_FMT_YUV420P, ...part }), patches, 4);
  });
});

test('Dolby Vision without a base layer fails, for its colours are those of no other format', async () => {
  const frames = [storePatches(patches, tenBits)];
  const [width, height] = [patches.length * patchSize, patchSize];
  const part: Part = { ...tenBits, width, height, frames, codec: 'hevc' };
  const open = async (profile: number) => {
    const path = await writeParts(join(createFolder(), 'source.mp4'), [part]);
    // Version 1.0, the profile and level 1 in 7 and 6 bits, metadata, no enhancement layer, base layer.
    const record = [1, 0, profile << 1, (1 << 3) | 0b101, ...Array.from({ length: 20 }, () => 0)];
    describeFrames(path, 'hev1', 'dvcC', record);
    const input = await openVideo(path, 'source');
    if (!isFailure(input)) await input.context.closeInput();
    return input;
  };
  expect(isFailure(await open(8))).toBe(false);
  expect(await open(5)).toEqual(failWith('INVALID_INPUT', expect.stringContaining('profile 5')));
});
