import type { Size } from '@restage/contract';
import { mapMatte } from '@restage/pixels';
import { FilterAPI } from 'node-av/api';
import {
  AV_CODEC_ID_H264,
  AV_FRAME_FLAG_INTERLACED,
  AV_FRAME_FLAG_TOP_FIELD_FIRST,
  AV_PIX_FMT_YUV420P,
  AVCOL_PRI_BT709,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_FCC,
  AVCOL_SPC_RGB,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_SMPTE240M,
  AVCOL_TRC_ARIB_STD_B67,
} from 'node-av/constants';
import { CodecContext, type Frame } from 'node-av/lib';
import { type FrameFormat, isGrey, isHighDynamicRange, readFrameFormat } from './frame-format.ts';
import type { VideoInput } from './open.ts';

/** A frame at output size. */
export interface FilteredFrame {
  /** Its number among the shown frames, from 0. */
  readonly frame: number;
  /** Rows without gaps: 4:2:0 planes, BT.709 limited range, or one grey plane of full range. */
  readonly data: Uint8Array;
  /** Whether `data` is the frame as stored. */
  readonly isAsStored: boolean;
}

/** Converts frames of any format to one. */
export interface FrameFilter extends Disposable {
  /**
   * Filters a picture, given its frame's number.
   * @returns the finished frames: one frame later than they came, if fields are interpolated from their neighbours.
   */
  push(picture: Frame, frame: number): readonly FilteredFrame[];
  /** @returns the remaining frames. */
  flush(): readonly FilteredFrame[];
}

/**
 * Creates the filters that rotate, scale and convert the frames of a video. If a frame's size or format differs from
 * the previous one, the filters are rebuilt.
 * @param kind `colour`, or `matte`, whose limited range is expanded.
 */
export function createFrameFilter(input: VideoInput, size: Size, kind: 'colour' | 'matte'): FrameFilter {
  const { codecpar } = input.stream;
  const containerFields = readFieldOrder(input);
  const numbers: number[] = [];
  let format: FrameFormat | undefined;
  let graph: FilterAPI | undefined;
  let hasFlaggedFields = false;
  let isInterlaced = false;

  /** Flags a frame of two fields as interlaced, and no other. @returns whether it is. */
  const markFields = (frame: Frame): boolean => {
    hasFlaggedFields ||= frame.hasFlags(AV_FRAME_FLAG_INTERLACED);
    // HEVC flags single fields, each of which is a frame here.
    if (codecpar.codecId !== AV_CODEC_ID_H264) frame.clearFlags(AV_FRAME_FLAG_INTERLACED);
    if (containerFields !== undefined && !hasFlaggedFields) {
      frame.setFlags(AV_FRAME_FLAG_INTERLACED);
      if (containerFields === 'top first') frame.setFlags(AV_FRAME_FLAG_TOP_FIELD_FIRST);
    }
    return frame.hasFlags(AV_FRAME_FLAG_INTERLACED);
  };

  const take = (pictures: Iterable<Frame | null>): FilteredFrame[] => {
    const taken: FilteredFrame[] = [];
    for (const picture of pictures) {
      if (picture === null) continue;
      using done = picture;
      const frame = numbers.shift();
      if (frame !== undefined) taken.push({ frame, data: done.toBuffer(), isAsStored: false });
    }
    return taken;
  };

  const flush = () => (graph === undefined ? [] : take(graph.flushFramesSync()));

  return {
    push(picture, frame) {
      const [last, wasInterlaced] = [format, isInterlaced];
      format = readFrameFormat(picture, codecpar);
      isInterlaced = markFields(picture) || isInterlaced;
      const filtered: FilteredFrame[] = [];
      if (isInterlaced !== wasInterlaced || JSON.stringify(format) !== JSON.stringify(last)) {
        filtered.push(...flush());
        graph?.close();
        const filters =
          kind === 'matte'
            ? matteFilters(format, input.upright, size, isInterlaced)
            : colourFilters(format, input.upright, size, isInterlaced);
        graph = filters === undefined ? undefined : FilterAPI.create(filters, { threads: 2 });
      }
      if (graph === undefined) {
        const data = picture.toBuffer();
        const isAsStored = kind === 'colour';
        return [...filtered, { frame, data: isAsStored ? data : readLuma(data, format), isAsStored }];
      }
      picture.pts = input.times[frame] ?? 0n;
      picture.timeBase = input.timeBase;
      picture.format = format.pixels;
      picture.colorRange = format.range;
      picture.colorSpace = format.matrix;
      picture.colorPrimaries = format.primaries;
      picture.colorTrc = format.transfer;
      numbers.push(frame);
      return [...filtered, ...take(graph.processAllSync(picture))];
    },
    flush,
    [Symbol.dispose]() {
      graph?.close();
    },
  };
}

/** Whether frames are expected to come out as stored, so that the stream could be copied. */
export function isPlain(input: VideoInput, size: Size): boolean {
  const { codecpar } = input.stream;
  const isInterlaced = readFieldOrder(input) !== undefined;
  return colourFilters(readFrameFormat(codecpar, codecpar), input.upright, size, isInterlaced) === undefined;
}

/** The field order that the container declares; undefined for progressive frames. */
function readFieldOrder({ stream }: VideoInput): 'top first' | 'bottom first' | undefined {
  using context = new CodecContext();
  context.allocContext3(null);
  context.parametersToContext(stream.codecpar);
  // FFmpeg's AVFieldOrder: 2 and 3 are top and bottom first; 4 and 5 are stored so, and shown the other way round.
  switch (Number(context.getOption('field_order'))) {
    case 2:
    case 5:
      return 'top first';
    case 3:
    case 4:
      return 'bottom first';
    default:
      return undefined;
  }
}

/** Matrices that swscale supports; zimg supports the others. */
const swscaleMatrices: ReadonlyMap<number, string> = new Map([
  [AVCOL_SPC_BT709, 'bt709'],
  [AVCOL_SPC_FCC, 'fcc'],
  [AVCOL_SPC_BT470BG, 'bt601'],
  [AVCOL_SPC_SMPTE170M, 'bt601'],
  [AVCOL_SPC_SMPTE240M, 'smpte240m'],
]);

/** Minimum columns and lines for bwdif, of chroma too. */
const minInterlaced = { width: 6, height: 8 };

/**
 * Light in multiples of HDR reference white, 203 cd/m² (ITU-R BT.2408): HLG is shown as on a screen of 1000 cd/m², PQ
 * may reach 10,000. Light below the knee is unchanged; above it rolls off towards the peak.
 */
const referenceWhite = 203;
const knee = 0.8;

/** Filters that convert a frame to 4:2:0 BT.709 limited range at a size; undefined if it is that already. */
function colourFilters(
  format: FrameFormat,
  upright: string,
  { width, height }: Size,
  isInterlaced: boolean,
): string | undefined {
  const { pixels, range, matrix, primaries } = format;
  const isHdr = isHighDynamicRange(format);
  const isConverted =
    isHdr || primaries !== AVCOL_PRI_BT709 || !(matrix === AVCOL_SPC_RGB || swscaleMatrices.has(matrix));
  const isSameSize = format.width === width && format.height === height && upright === '';
  const isPlanes = pixels === AV_PIX_FMT_YUV420P && range !== AVCOL_RANGE_JPEG && matrix === AVCOL_SPC_BT709;
  if (isSameSize && isPlanes && !isConverted && !isInterlaced) return undefined;
  const scale = `${upright}scale=${width}:${height}:flags=bicubic+accurate_rnd`;
  const output = 'out_color_matrix=bt709:out_range=limited';
  const end = 'setsar=1,format=yuv420p';
  const start = `${fieldFilter(format, isInterlaced)}${greyFilter(format)}`;
  if (isConverted) return `${start}${isHdr ? toneFilters(format) : gamutFilters},${scale}:${output},${end}`;
  if (matrix === AVCOL_SPC_BT709 || matrix === AVCOL_SPC_RGB) return `${start}${scale}:${output},${end}`;
  // Between two matrices swscale converts through RGB, which must be explicit.
  const input = `in_color_matrix=${swscaleMatrices.get(matrix)}`;
  return `${start}${scale}:${input},format=gbrp,scale=${output}:flags=bicubic+accurate_rnd,${end}`;
}

/** Filters that convert a matte to one plane of a size; undefined if its luma is that except for the range. */
function matteFilters(
  format: FrameFormat,
  upright: string,
  { width, height }: Size,
  isInterlaced: boolean,
): string | undefined {
  const isSameSize = format.width === width && format.height === height && upright === '';
  const isPlanes = format.pixels === AV_PIX_FMT_YUV420P;
  if (isSameSize && isPlanes && !isInterlaced) return undefined;
  return `${fieldFilter(format, isInterlaced)}${greyFilter(format)}${upright}scale=${width}:${height}:flags=bilinear+accurate_rnd:out_range=full,setsar=1,format=gray`;
}

/**
 * FFmpeg's filters treat grey, which HEVC may have, as full range whatever its tags.
 * @returns filters that make it so.
 */
function greyFilter({ pixels, range }: FrameFormat): string {
  return isGrey(pixels) && range !== AVCOL_RANGE_JPEG ? 'format=gray,lut=c0=(val-16)*255/219+0.5,' : '';
}

/** Deinterlaces one frame to one, at the same times. */
function fieldFilter({ width, height }: FrameFormat, isInterlaced: boolean): string {
  const isTall = width >= minInterlaced.width && height >= minInterlaced.height;
  return isInterlaced && isTall ? 'bwdif=mode=send_frame:deint=interlaced,' : '';
}

const gamutFilters = 'zscale=primaries=bt709:transfer=iec61966-2-1:matrix=gbr:range=full,format=gbrp10le';

/**
 * Filters from HDR to sRGB: to linear light in the narrower gamut, tone-mapped by the brightest channel, so that hues
 * stay. zimg's approximate curves are as good for PQ and twice as fast; for HLG they would omit the screen's system
 * gamma, and with that change colours.
 */
function toneFilters({ transfer }: FrameFormat): string {
  const isHlg = transfer === AVCOL_TRC_ARIB_STD_B67;
  const peak = (isHlg ? 1000 : 10_000) / referenceWhite;
  return [
    `zscale=primaries=bt709:transfer=linear:npl=${referenceWhite}:matrix=gbr:agamma=${!isHlg}`,
    'format=gbrpf32le',
    `tonemap=mobius:param=${knee}:desat=0:peak=${peak}`,
    'zscale=transfer=iec61966-2-1:matrix=gbr:range=full',
    'format=gbrp10le',
  ].join(',');
}

const toFullRange = Uint8ClampedArray.from({ length: 256 }, (_, y) => ((y - 16) * 255) / 219);

/** Converts the luma of planes to a matte of full range. Changes `data`. */
function readLuma(data: Uint8Array, { width, height, range }: FrameFormat): Uint8Array {
  const luma = data.subarray(0, width * height);
  if (range !== AVCOL_RANGE_JPEG) mapMatte(luma, toFullRange, { empty: 16, full: 235 }, luma);
  return luma;
}
