import { decodeSrgb } from '@restage/pixels';
import {
  AV_PIX_FMT_GBRP10LE,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV420P10LE,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV422P10LE,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUV444P12LE,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_SMPTE240M,
  AVCOL_SPC_YCGCO,
  type AVColorRange,
  type AVColorSpace,
  type AVPixelFormat,
} from 'node-av/constants';

export type Triple = readonly [number, number, number];

/** sRGB codes: greys, three colours, and skin. */
export const patches: readonly Triple[] = [
  ...[0, 64, 128, 192, 255].map((grey): Triple => [grey, grey, grey]),
  ...([
    [200, 60, 50],
    [60, 180, 70],
    [50, 70, 190],
    [224, 172, 140],
  ] satisfies Triple[]),
];

/** From linear light in BT.709's primaries to that in others, row by row (ITU-R BT.2087; SMPTE EG 432-1). */
const primaries = {
  bt709: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  bt2020: [0.6274, 0.3293, 0.0433, 0.0691, 0.9195, 0.0114, 0.0164, 0.088, 0.8956],
  p3: [0.8225, 0.1775, 0, 0.0332, 0.9668, 0, 0.0171, 0.0724, 0.9105],
} as const;

/** Linear light of sRGB codes in other primaries. */
export function linearIn(name: keyof typeof primaries, codes: Triple): Triple {
  const m = primaries[name];
  const [r, g, b] = codes.map((code) => decodeSrgb(code / 255)) as [number, number, number];
  const row = (n: number) => (m[n] as number) * r + (m[n + 1] as number) * g + (m[n + 2] as number) * b;
  return [row(0), row(3), row(6)];
}

/** The sRGB curve on linear light. */
export function encoded(light: Triple): Triple {
  return each(light, (value) => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055));
}

/** PQ (ITU-R BT.2100, table 4) of light in cd/m². */
export function pq(light: Triple): Triple {
  return each(light, (nits) => {
    const y = (nits / 10_000) ** 0.1593017578125;
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375;
  });
}

/** HLG (ITU-R BT.2100, table 5) of what a screen of 1000 cd/m² shows. */
export function hlg(light: Triple): Triple {
  const [r, g, b] = each(light, (nits) => nits / 1000);
  const shown = 0.2627 * r + 0.678 * g + 0.0593 * b;
  const gain = shown > 0 ? shown ** (-0.2 / 1.2) : 0;
  return each([r * gain, g * gain, b * gain], (scene) =>
    scene <= 1 / 12 ? Math.sqrt(3 * scene) : 0.17883277 * Math.log(12 * scene - 0.28466892) + 0.55991073,
  );
}

function each([r, g, b]: Triple, map: (value: number) => number): Triple {
  return [map(r), map(g), map(b)];
}

/** How a picture's colours are stored. */
export interface Storage {
  readonly format?: AVPixelFormat;
  readonly space?: AVColorSpace;
  readonly range?: AVColorRange;
}

const formats = new Map<AVPixelFormat, readonly [depth: number, across: number, down: number]>([
  [AV_PIX_FMT_YUV420P, [8, 2, 2]],
  [AV_PIX_FMT_YUV422P, [8, 2, 1]],
  [AV_PIX_FMT_YUV444P, [8, 1, 1]],
  [AV_PIX_FMT_YUV420P10LE, [10, 2, 2]],
  [AV_PIX_FMT_YUV422P10LE, [10, 2, 1]],
  [AV_PIX_FMT_YUV444P12LE, [12, 1, 1]],
  [AV_PIX_FMT_GBRP10LE, [10, 1, 1]],
]);

/** The weights of red and blue in luma. */
const lumaWeights = new Map<AVColorSpace, readonly [red: number, blue: number]>([
  [AVCOL_SPC_BT709, [0.2126, 0.0722]],
  [AVCOL_SPC_SMPTE170M, [0.299, 0.114]],
  [AVCOL_SPC_SMPTE240M, [0.212, 0.087]],
  [AVCOL_SPC_BT2020_NCL, [0.2627, 0.0593]],
]);

/** Each patch is as wide, and the picture as high, where nothing else is asked for. */
export const patchSize = 32;

/** A frame of patches side by side, `side` pixels wide each, given as R′G′B′ in 0…1, as planes. */
export function storePatches(
  colours: readonly Triple[],
  storage: Storage,
  side: number = patchSize,
  height: number = side,
): Uint8Array {
  const { format = AV_PIX_FMT_YUV420P, space = AVCOL_SPC_BT709 } = storage;
  const [depth, across, down] = formats.get(format) ?? [8, 2, 2];
  const codes = colours.map((colour) => encodePatch(colour, format, space, storage.range, depth));
  const planes = [0, 1, 2].map((plane) => {
    const [x, y] = plane === 0 ? [1, 1] : [across, down];
    const width = (colours.length * side) / x;
    const patch = side / x;
    return Array.from(
      { length: width * (height / y) },
      (_, p) => codes[Math.floor((p % width) / patch)]?.[plane] ?? 0,
    );
  });
  const all = planes.flat();
  return depth === 8 ? Uint8Array.from(all) : new Uint8Array(Uint16Array.from(all).buffer);
}

function encodePatch(
  [r, g, b]: Triple,
  format: AVPixelFormat,
  space: AVColorSpace,
  range: AVColorRange | undefined,
  depth: number,
): Triple {
  const most = 2 ** depth - 1;
  if (format === AV_PIX_FMT_GBRP10LE)
    return each([g, b, r], (value) => Math.max(0, Math.min(most, Math.round(value * most))));
  const [red, blue] = lumaWeights.get(space) ?? [0.2126, 0.0722];
  const luma = red * r + (1 - red - blue) * g + blue * b;
  const [y, cb, cr] =
    space === AVCOL_SPC_YCGCO
      ? [(r + 2 * g + b) / 4, (2 * g - r - b) / 4, (r - b) / 2]
      : [luma, (b - luma) / (2 * (1 - blue)), (r - luma) / (2 * (1 - red))];
  const isFull = range === AVCOL_RANGE_JPEG;
  const scale = 2 ** (depth - 8);
  const store = (value: number, span: number, zero: number) =>
    Math.round(isFull ? value * most + (zero === 16 ? 0 : 2 ** (depth - 1)) : (value * span + zero) * scale);
  return [store(y, 219, 16), store(cb, 224, 128), store(cr, 224, 128)].map((code) =>
    Math.max(0, Math.min(most, code)),
  ) as unknown as Triple;
}

/** The sRGB codes in the middle of each of `count` patches of a frame of 4:2:0 BT.709 limited range. */
export function readPatches(data: Uint8Array, width: number, height: number, count: number): Triple[] {
  return Array.from({ length: count }, (_, n) => {
    const [x, y] = [Math.floor(((n + 0.5) * width) / count), height >> 1];
    const at = width * height + (y >> 1) * (width >> 1) + (x >> 1);
    const luma = ((data[y * width + x] ?? 0) - 16) / 219;
    const cb = ((data[at] ?? 0) - 128) / 224;
    const cr = ((data[at + (width * height) / 4] ?? 0) - 128) / 224;
    return each([luma + 1.5748 * cr, luma - 0.18733 * cb - 0.46812 * cr, luma + 1.8556 * cb], (value) =>
      Math.max(0, Math.min(255, Math.round(value * 255))),
    );
  });
}
