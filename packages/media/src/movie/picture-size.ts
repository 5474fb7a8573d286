import type { Size } from '@restage/contract';
import type { PictureFormat, PixelAspect } from './stream/format.ts';
import type { VideoCodec } from './stream/parameter-sets.ts';
import { type DisplayMatrix, getTurn, isIdentity, type TrackHeader } from './track-header.ts';

/** What a sample entry says of pictures. */
export interface EntrySize extends Size {
  readonly codec: VideoCodec;
  /** Of a `pasp` box. */
  readonly pixelAspect: PixelAspect | undefined;
}

/**
 * The size of a video as it is shown, with square pixels and upright. As in FFmpeg, the coded stream tells the size; its
 * pixel aspect is that of the track's matrix, else that of `pasp`, else what makes the picture fill the track header's
 * size, else that of the coded stream.
 * @param format what the coded stream says; undefined where that is not known
 */
export function computeDisplaySize(
  header: TrackHeader,
  entry: EntrySize,
  format: PictureFormat | undefined,
): Size {
  const picture = format === undefined ? entry : getPictureSize(entry, format);
  const found = [
    getMatrixAspect(header),
    entry.pixelAspect,
    getHeaderAspect(header, entry),
    format?.pixelAspect,
  ];
  const aspect = found.find((one) => one !== undefined);
  const width =
    aspect === undefined || !isUsable(aspect, picture)
      ? picture.width
      : Math.max(1, Math.round((picture.width * aspect.width) / aspect.height));
  const isSideways = getTurn(header.matrix) % 180 === 90;
  return isSideways ? { width: picture.height, height: width } : { width, height: picture.height };
}

/** The size of decoded pictures. Sample entries may cut off what fills an H.264 picture's last blocks of 16 pixels. */
function getPictureSize(entry: EntrySize, format: PictureFormat): Size {
  const isSameBlocks = (one: number, other: number) => Math.ceil(one / 16) === Math.ceil(other / 16);
  const isCut =
    entry.codec === 'h264' &&
    !format.isCroppedAtOrigin &&
    entry.width > 0 &&
    entry.height > 0 &&
    entry.width <= format.width &&
    entry.height <= format.height &&
    isSameBlocks(entry.width, format.width) &&
    isSameBlocks(entry.height, format.height);
  return isCut ? entry : format;
}

/** The aspect that a matrix makes by stretching one side more than the other. */
function getMatrixAspect({ width, height, matrix }: TrackHeader): PixelAspect | undefined {
  if (width === 0 || height === 0 || isIdentity(matrix)) return undefined;
  const [a, b, , c, d] = matrix as DisplayMatrix & readonly [number, number, number, number, number];
  const scale: PixelAspect = { width: Math.hypot(a, c), height: Math.hypot(b, d) };
  const isSane = (value: number) => value > 1 && value < 1 << 24;
  const isStretched = Math.abs(scale.width / scale.height - 1) > 0.01;
  return isSane(scale.width) && isSane(scale.height) && isStretched ? scale : undefined;
}

function getHeaderAspect({ width, height }: TrackHeader, entry: EntrySize): PixelAspect | undefined {
  if (width === 0 || height === 0 || entry.width === 0 || entry.height === 0) return undefined;
  if (width === entry.width && height === entry.height) return undefined;
  return { width: entry.height * width, height: entry.width * height };
}

/** Whether an aspect leaves something of a picture's shorter side. */
function isUsable(aspect: PixelAspect, { width, height }: Size): boolean {
  return aspect.width < aspect.height
    ? (width * aspect.width) / aspect.height >= 1
    : (height * aspect.height) / aspect.width >= 1;
}

/** What fills up the blocks in which pictures are coded, at most, along each side. */
const maxPadding = 64;

/** The size that a format counts with: as decoded, or as coded where cropping hides more than the filling of blocks. */
export function getCountedSize(format: PictureFormat): Size {
  const { width, height, codedWidth, codedHeight } = format;
  const isPadded = codedWidth - width < maxPadding && codedHeight - height < maxPadding;
  return isPadded ? { width, height } : { width: codedWidth, height: codedHeight };
}
