import { byteToLinear } from '../colour/srgb.ts';
import type { Channel, Picture, View } from './view.ts';

/** A frame as 8-bit Y′CbCr 4:2:0, BT.709, limited range, rows without gaps; sizes are even. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  /** All three planes, concatenated. */
  readonly data: Uint8Array;
}

/** Offsets of Cb and Cr in `data`. */
function getChromaStart({ width, height }: Pick<Planes, 'width' | 'height'>): readonly [number, number] {
  return [width * height, width * height + (width * height) / 4];
}

export function createPlanes(width: number, height: number): Planes {
  return { width, height, data: new Uint8Array((width * height * 3) / 2) };
}

/** BT.709 limited range (Rec. ITU-R BT.709-6, 3.5): codes of RGB 0…255 to Y′, and colour differences. */
export const lumaR = (0.2126 * 219) / 255;
export const lumaG = (0.7152 * 219) / 255;
export const lumaB = (0.0722 * 219) / 255;
export const blueScale = 112 / 255 / (1 - 0.0722);
export const redScale = 112 / 255 / (1 - 0.2126);

/**
 * What one step of luma, and of each chroma code away from 128, adds to R, G and B of 0…255 in the inverse
 * conversion.
 */
export const lumaStep = 255 / 219;
export const chroma = {
  fromCb: [0, (-0.18733 * 255) / 224, (1.8556 * 255) / 224],
  fromCr: [(1.5748 * 255) / 224, (-0.46812 * 255) / 224, 0],
} as const;

const lumaGain = Float32Array.from({ length: 256 }, (_, y) => (y - 16) * lumaStep);
const gain = (step: number) => Float32Array.from({ length: 256 }, (_, code) => step * (code - 128));
const redFromCr = gain(chroma.fromCr[0]);
const greenFromCr = gain(chroma.fromCr[1]);
const greenFromCb = gain(chroma.fromCb[1]);
const blueFromCb = gain(chroma.fromCb[2]);

/** Rounds and clamps to 0…255: `toByte[value + 512]` for a float from −512 to 767. */
const toByte = Uint8Array.from({ length: 1280 }, (_, i) => Math.max(0, Math.min(255, i - 512)));

/** Writes the RGB codes of the pixel at `p`, with its chroma at `u` and `v`. */
function readCodes(data: Uint8Array, p: number, u: number, v: number, out: Uint8Array): void {
  const luma = (lumaGain[data[p] as number] as number) + 512.5;
  const cb = data[u] as number;
  const cr = data[v] as number;
  out[0] = toByte[(luma + (redFromCr[cr] as number)) | 0] as number;
  out[1] = toByte[(luma + (greenFromCb[cb] as number) + (greenFromCr[cr] as number)) | 0] as number;
  out[2] = toByte[(luma + (blueFromCb[cb] as number)) | 0] as number;
}

export function viewPlanes(planes: Planes): View {
  const { width, height, data } = planes;
  const [cb, cr] = getChromaStart(planes);
  const codes = new Uint8Array(3);
  const chromaAt = (at: number): Channel => ({ at, row: width >> 1, step: 1, shift: 1 });
  return {
    width,
    height,
    linear(x, y, out) {
      const at = (y >> 1) * (width >> 1) + (x >> 1);
      readCodes(data, y * width + x, cb + at, cr + at, codes);
      out[0] = byteToLinear[codes[0] as number] as number;
      out[1] = byteToLinear[codes[1] as number] as number;
      out[2] = byteToLinear[codes[2] as number] as number;
    },
    codes: data,
    channels: [{ at: 0, row: width, step: 1, shift: 0 }, chromaAt(cb), chromaAt(cr)],
  };
}

/** Converts a picture to planes; each chroma sample is the mean of its four pixels. */
export function rgbToPlanes({ width, height, data }: Picture): Planes {
  const planes = createPlanes(width, height);
  const [cb, cr] = getChromaStart(planes);
  for (let y = 0, at = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2, at++) {
      let r = 0;
      let g = 0;
      let b = 0;
      for (let n = 0; n < 4; n++) {
        const p = (y + (n >> 1)) * width + x + (n & 1);
        const pr = data[p * 3] as number;
        const pg = data[p * 3 + 1] as number;
        const pb = data[p * 3 + 2] as number;
        planes.data[p] = (pr * lumaR + pg * lumaG + pb * lumaB + 16.5) | 0;
        r += pr;
        g += pg;
        b += pb;
      }
      const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
      planes.data[cb + at] = (((b - luma) / 4) * blueScale + 128.5) | 0;
      planes.data[cr + at] = (((r - luma) / 4) * redScale + 128.5) | 0;
    }
  }
  return planes;
}

/**
 * Maps bytes through a table into `out`, which may be `bytes`. Four at a time where all are 0 or all are 255 of a
 * matte, whose codes for these are `empty` and `full`: most are.
 */
export function mapMatte(
  bytes: Uint8Array,
  table: Uint8Array | Uint8ClampedArray,
  { empty, full }: { readonly empty: number; readonly full: number },
  out: Uint8Array,
): void {
  const [from, to] = [asWords(bytes), asWords(out)];
  const words = from === undefined || to === undefined ? 0 : bytes.length >> 2;
  const four = (code: number) => Math.imul(code, 0x01010101) >>> 0;
  const [emptyWord, fullWord] = [four(empty), four(full)];
  const [toEmpty, toFull] = [four(table[empty] as number), four(table[full] as number)];
  for (let w = 0, p = 0; w < words; w++, p += 4) {
    const word = (from as Uint32Array)[w] as number;
    if (word === emptyWord) (to as Uint32Array)[w] = toEmpty;
    else if (word === fullWord) (to as Uint32Array)[w] = toFull;
    else for (let n = p; n < p + 4; n++) out[n] = table[bytes[n] as number] as number;
  }
  for (let p = words * 4; p < bytes.length; p++) out[p] = table[bytes[p] as number] as number;
}

function asWords({ buffer, byteOffset, length }: Uint8Array): Uint32Array | undefined {
  return byteOffset % 4 === 0 ? new Uint32Array(buffer, byteOffset, length >> 2) : undefined;
}

const toLimitedRange = Uint8Array.from({ length: 256 }, (_, i) => Math.round((i * 219) / 255 + 16));

/** Writes a matte as grey planes in limited range, as players expect; without a matte, white. */
export function writeGrey(grey: Uint8Array | undefined, out: Planes): void {
  const pixels = out.width * out.height;
  if (grey === undefined) out.data.fill(235, 0, pixels);
  else mapMatte(grey, toLimitedRange, { empty: 0, full: 255 }, out.data.subarray(0, pixels));
  out.data.fill(128, pixels);
}
