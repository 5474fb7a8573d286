import { linearOfByte } from '../colour/srgb.ts';

/** Writes three floats for the pixel at a place to `out[0…2]`. */
type Sampler = (x: number, y: number, out: Float32Array) => void;

/** A frame, however it is stored. */
export interface View {
  readonly width: number;
  readonly height: number;
  /** Linear RGB. */
  readonly linear: Sampler;
  /** The stored code values, 0…1: RGB for a picture, Y′CbCr for video. */
  readonly codes: Sampler;
}

/** 8-bit sRGB pixels, three bytes each, rows without gaps. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export function pictureView({ width, height, data }: Picture): View {
  return {
    width,
    height,
    linear(x, y, out) {
      const i = (y * width + x) * 3;
      out[0] = linearOfByte[data[i] as number] as number;
      out[1] = linearOfByte[data[i + 1] as number] as number;
      out[2] = linearOfByte[data[i + 2] as number] as number;
    },
    codes(x, y, out) {
      const i = (y * width + x) * 3;
      out[0] = (data[i] as number) / 255;
      out[1] = (data[i + 1] as number) / 255;
      out[2] = (data[i + 2] as number) / 255;
    },
  };
}
