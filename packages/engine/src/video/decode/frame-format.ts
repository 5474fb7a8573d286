import {
  AV_PIX_FMT_GBRP,
  AV_PIX_FMT_GBRP9LE,
  AV_PIX_FMT_GBRP10LE,
  AV_PIX_FMT_GBRP12LE,
  AV_PIX_FMT_GBRP14LE,
  AV_PIX_FMT_GBRP16LE,
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_GRAY9LE,
  AV_PIX_FMT_GRAY10LE,
  AV_PIX_FMT_GRAY12LE,
  AV_PIX_FMT_GRAY14LE,
  AV_PIX_FMT_GRAY16LE,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV440P,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUVJ420P,
  AV_PIX_FMT_YUVJ422P,
  AV_PIX_FMT_YUVJ440P,
  AV_PIX_FMT_YUVJ444P,
  AVCOL_PRI_BT709,
  AVCOL_PRI_BT2020,
  AVCOL_PRI_SMPTE431,
  AVCOL_PRI_SMPTE432,
  AVCOL_PRI_UNSPECIFIED,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_RANGE_UNSPECIFIED,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_BT2020_CL,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_CHROMA_DERIVED_CL,
  AVCOL_SPC_CHROMA_DERIVED_NCL,
  AVCOL_SPC_FCC,
  AVCOL_SPC_ICTCP,
  AVCOL_SPC_RGB,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_SMPTE240M,
  AVCOL_SPC_YCGCO,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_IEC61966_2_1,
  AVCOL_TRC_SMPTE2084,
  type AVColorPrimaries,
  type AVColorRange,
  type AVColorSpace,
  type AVColorTransferCharacteristic,
  type AVPixelFormat,
} from 'node-av/constants';
import type { CodecParameters, Frame } from 'node-av/lib';

/** How the pixels of a frame are stored, and what their codes mean. */
export interface FrameFormat {
  readonly width: number;
  readonly height: number;
  /** Never a format whose name implies a range. */
  readonly pixels: AVPixelFormat;
  readonly range: AVColorRange;
  readonly matrix: AVColorSpace;
  /** BT.709 for any gamut that is not much wider. */
  readonly primaries: AVColorPrimaries;
  /** PQ, HLG, or sRGB's for everything meant for an SDR screen. */
  readonly transfer: AVColorTransferCharacteristic;
}

const rgb: ReadonlySet<number> = new Set([
  ...[AV_PIX_FMT_GBRP, AV_PIX_FMT_GBRP9LE, AV_PIX_FMT_GBRP10LE],
  ...[AV_PIX_FMT_GBRP12LE, AV_PIX_FMT_GBRP14LE, AV_PIX_FMT_GBRP16LE],
]);
/** Formats whose name implies full range, and their equivalents without it. */
const withoutRange: ReadonlyMap<number, AVPixelFormat> = new Map([
  [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P],
  [AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P],
  [AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P],
  [AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P],
]);
const grey: ReadonlySet<number> = new Set([
  ...[AV_PIX_FMT_GRAY8, AV_PIX_FMT_GRAY9LE, AV_PIX_FMT_GRAY10LE],
  ...[AV_PIX_FMT_GRAY12LE, AV_PIX_FMT_GRAY14LE, AV_PIX_FMT_GRAY16LE],
]);
const wideGamuts: ReadonlySet<number> = new Set([AVCOL_PRI_BT2020, AVCOL_PRI_SMPTE431, AVCOL_PRI_SMPTE432]);
const highDynamicRange: ReadonlySet<number> = new Set([AVCOL_TRC_SMPTE2084, AVCOL_TRC_ARIB_STD_B67]);
const matrices: ReadonlySet<number> = new Set([
  ...[AVCOL_SPC_BT709, AVCOL_SPC_FCC, AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M, AVCOL_SPC_SMPTE240M],
  ...[AVCOL_SPC_YCGCO, AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL, AVCOL_SPC_ICTCP],
  ...[AVCOL_SPC_CHROMA_DERIVED_NCL, AVCOL_SPC_CHROMA_DERIVED_CL],
]);

export function isGrey(pixels: AVPixelFormat): boolean {
  return grey.has(pixels);
}

/** Whether light is stored as absolute or scene-linear levels, which must be tone-mapped for an SDR screen. */
export function isHighDynamicRange({ transfer }: Pick<FrameFormat, 'transfer'>): boolean {
  return highDynamicRange.has(transfer);
}

type Tags = Pick<
  Frame | CodecParameters,
  'width' | 'height' | 'format' | 'colorRange' | 'colorSpace' | 'colorPrimaries' | 'colorTrc'
>;

/**
 * Reads the meaning of a frame's codes: its own tags, else the container's, else what players assume. HLG that is
 * tagged SDR for older screens is HLG if either of the two says so.
 * @param own the frame's tags, or the container's again for what to expect of the frames.
 */
export function readFrameFormat(own: Tags, container: CodecParameters): FrameFormat {
  const pixels = withoutRange.get(own.format) ?? (own.format as AVPixelFormat);
  const isRgb = rgb.has(pixels);
  const transfer =
    [own.colorTrc, container.colorTrc].find((one) => highDynamicRange.has(one)) ?? AVCOL_TRC_IEC61966_2_1;
  // The format's name may be outdated if the range changes within a stream.
  const named = withoutRange.has(own.format) ? AVCOL_RANGE_JPEG : AVCOL_RANGE_UNSPECIFIED;
  const range = [own.colorRange, named, container.colorRange].find((one) => one !== AVCOL_RANGE_UNSPECIFIED);
  const matrix = [own.colorSpace, container.colorSpace].find((one) => matrices.has(one));
  const isWide =
    isHighDynamicRange({ transfer }) || matrix === AVCOL_SPC_BT2020_NCL || matrix === AVCOL_SPC_BT2020_CL;
  const primaries =
    [own.colorPrimaries, container.colorPrimaries].find((one) => one !== AVCOL_PRI_UNSPECIFIED) ??
    (isWide ? AVCOL_PRI_BT2020 : AVCOL_PRI_BT709);
  return {
    width: own.width,
    height: own.height,
    pixels,
    range: isRgb ? AVCOL_RANGE_JPEG : (range ?? AVCOL_RANGE_MPEG),
    matrix: isRgb ? AVCOL_SPC_RGB : (matrix ?? guessMatrix(primaries, container)),
    primaries: wideGamuts.has(primaries) ? primaries : AVCOL_PRI_BT709,
    transfer,
  };
}

/** The matrix of untagged video, as players assume it: by its lines, if its primaries don't say. */
function guessMatrix(primaries: AVColorPrimaries, { width, height }: CodecParameters): AVColorSpace {
  if (primaries === AVCOL_PRI_BT2020) return AVCOL_SPC_BT2020_NCL;
  return Math.max(width, height) >= 1280 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
}
