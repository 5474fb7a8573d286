import type { BitReader } from './bits.ts';

/** A pixel's width as a share of its height. */
export interface PixelAspect {
  readonly width: number;
  readonly height: number;
}

/** What a sequence parameter set says of pictures. */
export interface PictureFormat {
  readonly id: number;
  /** As coded, before cropping. */
  readonly codedWidth: number;
  readonly codedHeight: number;
  /** As decoders give them out. */
  readonly width: number;
  readonly height: number;
  /** Whether pictures are cut at the left or the top. */
  readonly isCroppedAtOrigin: boolean;
  readonly pixelAspect: PixelAspect | undefined;
}

/** Reads how pictures are cropped, which both standards tell alike. `unit` is what a step counts, in pixels. */
export function readCrop(
  bits: BitReader,
  codedWidth: number,
  codedHeight: number,
  unit: { readonly x: number; readonly y: number },
): Pick<PictureFormat, 'width' | 'height' | 'isCroppedAtOrigin'> {
  const whole = { width: codedWidth, height: codedHeight, isCroppedAtOrigin: false };
  if (!bits.readFlag()) return whole;
  const [left, right, top, bottom] = [0, 0, 0, 0].map(() => bits.readUnsigned()) as [
    number,
    number,
    number,
    number,
  ];
  const width = codedWidth - (left + right) * unit.x;
  const height = codedHeight - (top + bottom) * unit.y;
  // Decoders pass over a crop that would leave nothing.
  if (width < 1 || height < 1) return whole;
  return { width, height, isCroppedAtOrigin: left > 0 || top > 0 };
}

/** Pixel aspects by `aspect_ratio_idc` (H.264, table E-1; H.265, table E.1). */
const aspects: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
];
const extendedAspect = 255;

/** The beginning of `vui_parameters()`, which both standards share. */
export function readPixelAspect(bits: BitReader): PixelAspect | undefined {
  if (!bits.readFlag()) return undefined;
  const code = bits.read(8);
  const [width, height] =
    code === extendedAspect ? [bits.read(16), bits.read(16)] : (aspects[code] ?? [0, 0]);
  return width > 0 && height > 0 ? { width, height } : undefined;
}
