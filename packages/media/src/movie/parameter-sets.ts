import { type BitReader, readBits } from './bits.ts';

export type VideoCodec = 'h264' | 'hevc';

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

/** What is known of a stream from the parameter sets seen so far. */
export interface ParameterSets {
  readonly sequences: Map<number, PictureFormat>;
  /** The sequence parameter set that each picture parameter set refers to. */
  readonly pictures: Map<number, number>;
}

/** The type of a NAL unit (Rec. ITU-T H.264, table 7-1; H.265, table 7-1). */
export function getNalType(codec: VideoCodec, nal: Uint8Array): number {
  const first = nal[0] ?? 0;
  return codec === 'h264' ? first & 31 : (first >> 1) & 63;
}

const types = {
  h264: { sequence: 7, picture: 8, header: 1 },
  hevc: { sequence: 33, picture: 34, header: 2 },
} as const satisfies Record<VideoCodec, object>;

/** Adds a NAL unit to what is known, if it is a parameter set. @returns the format that it tells, if it tells one */
export function addParameterSet(
  codec: VideoCodec,
  nal: Uint8Array,
  known: ParameterSets,
): PictureFormat | undefined {
  const type = getNalType(codec, nal);
  const { sequence, picture, header } = types[codec];
  // Sets of further layers, such as a second eye's, are about pictures that are not shown.
  if (codec === 'hevc' && ((nal[0] ?? 0) & 1 || (nal[1] ?? 0) >> 3)) return undefined;
  if (type === picture) {
    const bits = readBits(nal, header);
    const id = bits.readUnsigned();
    known.pictures.set(id, bits.readUnsigned());
  }
  if (type !== sequence) return undefined;
  const bits = readBits(nal, header);
  const format = codec === 'h264' ? readAvcFormat(bits) : readHevcFormat(bits);
  if (format !== undefined) known.sequences.set(format.id, format);
  return format;
}

/** The number of the picture parameter set that a slice refers to; undefined for a NAL unit that is no slice. */
export function readSlicePicture(codec: VideoCodec, nal: Uint8Array): number | undefined {
  const type = getNalType(codec, nal);
  if (codec === 'h264') {
    if (type !== 1 && type !== 5) return undefined;
    const bits = readBits(nal.subarray(0, 32), 1);
    bits.readUnsigned();
    bits.readUnsigned();
    return bits.readUnsigned();
  }
  if (type > 31) return undefined;
  const bits = readBits(nal.subarray(0, 32), 2);
  bits.skip(type >= 16 && type <= 23 ? 2 : 1);
  return bits.readUnsigned();
}

/** Profiles whose sets tell chroma and bit depth. */
const highProfiles: ReadonlySet<number> = new Set([
  100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135,
]);

/** Rec. ITU-T H.264, 7.3.2.1.1. */
function readAvcFormat(bits: BitReader): PictureFormat | undefined {
  const profile = bits.read(8);
  bits.skip(16);
  const id = bits.readUnsigned();
  let chroma = 1;
  let isSeparate = false;
  if (highProfiles.has(profile)) {
    chroma = bits.readUnsigned();
    if (chroma === 3) isSeparate = bits.readFlag();
    bits.readUnsigned();
    bits.readUnsigned();
    bits.skip(1);
    if (bits.readFlag()) {
      for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1)
        if (bits.readFlag()) skipAvcScalingList(bits, list < 6 ? 16 : 64);
    }
  }
  bits.readUnsigned();
  const orderType = bits.readUnsigned();
  if (orderType === 0) bits.readUnsigned();
  if (orderType === 1) {
    bits.skip(1);
    bits.readSigned();
    bits.readSigned();
    const cycle = Math.min(255, bits.readUnsigned());
    for (let n = 0; n < cycle; n += 1) bits.readSigned();
  }
  bits.readUnsigned();
  bits.skip(1);
  const codedWidth = (bits.readUnsigned() + 1) * 16;
  const mapHeight = (bits.readUnsigned() + 1) * 16;
  const isProgressive = bits.readFlag();
  if (!isProgressive) bits.skip(1);
  bits.skip(1);
  const codedHeight = isProgressive ? mapHeight : mapHeight * 2;
  // Crops count in chroma samples, and in pairs of lines where there are fields.
  const subsampled = isSeparate ? 0 : chroma;
  const unit = {
    x: subsampled === 1 || subsampled === 2 ? 2 : 1,
    y: (subsampled === 1 ? 2 : 1) * (isProgressive ? 1 : 2),
  };
  const cropped = readCrop(bits, codedWidth, codedHeight, unit);
  if (bits.isPastEnd()) return undefined;
  const pixelAspect = bits.readFlag() ? readPixelAspect(bits) : undefined;
  return { id, codedWidth, codedHeight, ...cropped, pixelAspect };
}

function skipAvcScalingList(bits: BitReader, size: number): void {
  let last = 8;
  for (let n = 0; n < size && last !== 0; n += 1) last = (last + bits.readSigned() + 256) % 256;
}

function readCrop(
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
function readPixelAspect(bits: BitReader): PixelAspect | undefined {
  if (!bits.readFlag()) return undefined;
  const code = bits.read(8);
  const [width, height] =
    code === extendedAspect ? [bits.read(16), bits.read(16)] : (aspects[code] ?? [0, 0]);
  return width > 0 && height > 0 ? { width, height } : undefined;
}

/** Rec. ITU-T H.265, 7.3.2.2.1. */
function readHevcFormat(bits: BitReader): PictureFormat | undefined {
  bits.skip(4);
  const subLayers = bits.read(3);
  bits.skip(1);
  skipProfile(bits, subLayers);
  const id = bits.readUnsigned();
  const chroma = bits.readUnsigned();
  const isSeparate = chroma === 3 && bits.readFlag();
  const codedWidth = bits.readUnsigned();
  const codedHeight = bits.readUnsigned();
  const subsampled = isSeparate ? 0 : chroma;
  const unit = { x: subsampled === 1 || subsampled === 2 ? 2 : 1, y: subsampled === 1 ? 2 : 1 };
  const cropped = readCrop(bits, codedWidth, codedHeight, unit);
  if (bits.isPastEnd() || codedWidth < 1 || codedHeight < 1) return undefined;
  // What follows only leads to the pixel aspect.
  const pixelAspect = readHevcAspect(bits, subLayers);
  return {
    ...{ id, codedWidth, codedHeight },
    ...cropped,
    pixelAspect: bits.isPastEnd() ? undefined : pixelAspect,
  };
}

function skipProfile(bits: BitReader, subLayers: number): void {
  bits.skip(88 + 8);
  const present = Array.from({ length: subLayers }, () => [bits.readFlag(), bits.readFlag()] as const);
  if (subLayers > 0) bits.skip((8 - subLayers) * 2);
  for (const [hasProfile, hasLevel] of present) bits.skip((hasProfile ? 88 : 0) + (hasLevel ? 8 : 0));
}

function readHevcAspect(bits: BitReader, subLayers: number): PixelAspect | undefined {
  bits.readUnsigned();
  bits.readUnsigned();
  const orderBits = bits.readUnsigned() + 4;
  const layers = bits.readFlag() ? subLayers + 1 : 1;
  for (let n = 0; n < layers * 3; n += 1) bits.readUnsigned();
  for (let n = 0; n < 6; n += 1) bits.readUnsigned();
  if (bits.readFlag() && bits.readFlag()) skipHevcScalingLists(bits);
  bits.skip(2);
  if (bits.readFlag()) {
    bits.skip(8);
    bits.readUnsigned();
    bits.readUnsigned();
    bits.skip(1);
  }
  if (!skipReferenceSets(bits)) return undefined;
  if (bits.readFlag()) {
    const pictures = Math.min(32, bits.readUnsigned());
    bits.skip(pictures * (orderBits + 1));
  }
  bits.skip(2);
  return bits.readFlag() ? readPixelAspect(bits) : undefined;
}

/** `scaling_list_data()`, 7.3.4. */
function skipHevcScalingLists(bits: BitReader): void {
  for (let size = 0; size < 4; size += 1) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!bits.readFlag()) {
        bits.readUnsigned();
        continue;
      }
      if (size > 1) bits.readSigned();
      for (let n = 0; n < Math.min(64, 1 << (4 + size * 2)); n += 1) bits.readSigned();
    }
  }
}

/** `st_ref_pic_set()` for each of the set's own, 7.3.7 and 7.4.8. @returns whether they make sense */
function skipReferenceSets(bits: BitReader): boolean {
  const sets = bits.readUnsigned();
  if (sets > 64) return false;
  /** Differences in picture order count of the set before: those below 0, then those above, each from the nearest on. */
  let differences: number[] = [];
  for (let set = 0; set < sets; set += 1) {
    if (set > 0 && bits.readFlag()) differences = readPredictedSet(bits, differences);
    else {
      const counts = [bits.readUnsigned(), bits.readUnsigned()];
      if (counts.some((count) => count > 16)) return false;
      differences = counts.flatMap((count, side) => {
        let difference = 0;
        return Array.from({ length: count }, () => {
          difference += (bits.readUnsigned() + 1) * (side === 0 ? -1 : 1);
          bits.skip(1);
          return difference;
        });
      });
    }
  }
  return true;
}

function readPredictedSet(bits: BitReader, from: readonly number[]): number[] {
  const isBack = bits.readFlag();
  const step = (bits.readUnsigned() + 1) * (isBack ? -1 : 1);
  const kept = [...from, 0].flatMap((difference) => {
    const isUsed = bits.readFlag();
    const isKept = isUsed || bits.readFlag();
    return isKept && difference + step !== 0 ? [difference + step] : [];
  });
  kept.sort((one, other) => Math.abs(one) - Math.abs(other));
  return [...kept.filter((difference) => difference < 0), ...kept.filter((difference) => difference > 0)];
}
