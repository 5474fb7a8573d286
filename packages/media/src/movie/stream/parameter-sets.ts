import { readAvcFormat } from './avc-format.ts';
import { readBits } from './bits.ts';
import type { PictureFormat } from './format.ts';
import { readHevcFormat } from './hevc-format.ts';

export type VideoCodec = 'h264' | 'hevc';

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
