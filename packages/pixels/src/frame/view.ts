import { byteToLinear } from '../colour/srgb.ts';

/** Writes three floats for the pixel at a place to `out[0…2]`. */
type Sampler = (x: number, y: number, out: Float32Array) => void;

/** A view of a frame, independent of how it is stored. */
export interface View {
  readonly width: number;
  readonly height: number;
  /** Linear RGB. */
  readonly linear: Sampler;
  /** The stored code values: RGB for a picture, Y′CbCr for video. */
  readonly codes: Uint8Array;
  readonly channels: readonly [Channel, Channel, Channel];
}

/** The layout of one channel's codes: the code of (x, y) is at `at + (y >> shift) · row + (x >> shift) · step`. */
export interface Channel {
  readonly at: number;
  readonly row: number;
  readonly step: number;
  /** 1 for a subsampled channel, with one sample per two pixels in each direction; never for the first channel. */
  readonly shift: 0 | 1;
}

/** 8-bit sRGB pixels, three bytes each, rows without gaps. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export function viewPicture({ width, height, data }: Picture): View {
  const channel = (at: number): Channel => ({ at, row: width * 3, step: 3, shift: 0 });
  return {
    width,
    height,
    linear(x, y, out) {
      const i = (y * width + x) * 3;
      out[0] = byteToLinear[data[i] as number] as number;
      out[1] = byteToLinear[data[i + 1] as number] as number;
      out[2] = byteToLinear[data[i + 2] as number] as number;
    },
    codes: data,
    channels: [channel(0), channel(1), channel(2)],
  };
}
