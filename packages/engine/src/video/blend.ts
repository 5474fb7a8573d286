import { type Lut, lookUp } from '../colour/lut.ts';
import { codeOfLinear, linearSteps } from '../colour/srgb.ts';
import { part, type RowReader, rowReader, shine } from '../composite/edge.ts';
import type { Grid } from '../math/blur.ts';
import { type Lines, lineNode, lineRest } from './lines.ts';
import { blueScale, chromaStart, codesAt, lumaB, lumaG, lumaR, type Planes, redScale } from './planes.ts';

/** A plate for video: planes for where only it shows, linear light for the edge. */
interface PlanesBackdrop {
  readonly planes: Planes;
  readonly linear: Float32Array;
}

export interface PlanesLayers {
  readonly frame: Planes;
  /** One byte a pixel; absent where the whole frame is the subject. */
  readonly matte: Uint8Array | undefined;
  readonly backdrop: PlanesBackdrop;
  readonly lut: Lut;
  /** The same cube by chroma. */
  readonly lines: Lines;
  readonly light: Grid;
  readonly colours: Grid | undefined;
}

/**
 * The same composite as for images, on 4:2:0 planes without a detour over RGB frames. Squares of four pixels
 * share a chroma sample and the light on them; they are copied from the plate where the matte is empty,
 * graded and lit where it is full, and parted and blended where it is neither.
 */
export function blendPlanes(layers: PlanesLayers, out: Planes): void {
  const { frame, matte, backdrop } = layers;
  const { width, height } = frame;
  const [cb, cr] = chromaStart(frame);
  const light = rowReader(layers.light, width, height);
  const colours = layers.colours === undefined ? undefined : rowReader(layers.colours, width, height);
  const inner = createInterior(frame.data, layers.lines, out.data, light);
  const edge =
    matte === undefined || colours === undefined
      ? undefined
      : createEdge(layers, matte, light, colours, out.data);
  // Most of a frame is plate: all of it is laid down first, then squares with something of the subject.
  if (matte !== undefined) out.data.set(backdrop.planes.data);
  const pairs = matte === undefined ? undefined : pairsOf(matte);
  for (let y = 0; y < height; y += 2) {
    const upper = y * width;
    let chroma = (y >> 1) * (width >> 1);
    let ready = false;
    for (let x = 0; x < width; x += 2, chroma++) {
      const p = upper + x;
      const q = p + width;
      let all = 0xffff;
      if (pairs !== undefined) {
        const upperPair = pairs[p >> 1] as number;
        const lowerPair = pairs[q >> 1] as number;
        if ((upperPair | lowerPair) === 0) continue;
        all = upperPair & lowerPair;
      }
      if (!ready) {
        light.row(y);
        colours?.row(y);
        ready = true;
      }
      if (all === 0xffff || edge === undefined) inner(x, p, q, cb + chroma, cr + chroma);
      else edge(x, p, q, cb + chroma, cr + chroma);
    }
  }
}

/** The matte two pixels at a time. */
function pairsOf(matte: Uint8Array): Uint16Array {
  const aligned = matte.byteOffset % 2 === 0 ? matte : matte.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1);
}

type Square = (x: number, p: number, q: number, u: number, v: number) => void;

/** Squares that only the subject covers: most of the work of a frame, so everything stands in one loop. */
function createInterior(source: Uint8Array, lines: Lines, out: Uint8Array, light: RowReader): Square {
  const colours = lines.data;
  const lit = new Float64Array(6);
  return (x, p, q, u, v) => {
    const at = light.at[x] as number;
    const rest = light.rest[x] as number;
    const { line } = light;
    for (let c = 0; c < 6; c++) {
      const value = line[at + c] as number;
      lit[c] = value + ((line[at + c + 6] as number) - value) * rest;
    }
    const gainR = lit[0] as number;
    const gainG = lit[1] as number;
    const gainB = lit[2] as number;
    const wrapR = lit[3] as number;
    const wrapG = lit[4] as number;
    const wrapB = lit[5] as number;
    const start = lines.at(source[u] as number, source[v] as number);
    let sumR = 0;
    let sumG = 0;
    let sumB = 0;
    for (let n = 0; n < 4; n++) {
      const i = (n < 2 ? p : q) + (n & 1);
      const y = source[i] as number;
      const node = start + (lineNode[y] as number);
      const way = lineRest[y] as number;
      const r = colours[node] as number;
      const g = colours[node + 1] as number;
      const b = colours[node + 2] as number;
      let red = (r + ((colours[node + 3] as number) - r) * way) * gainR;
      let green = (g + ((colours[node + 4] as number) - g) * way) * gainG;
      let blue = (b + ((colours[node + 5] as number) - b) * way) * gainB;
      if (red > 0.8) red = 0.8 + ((red - 0.8) * 0.2) / (red - 0.6);
      if (green > 0.8) green = 0.8 + ((green - 0.8) * 0.2) / (green - 0.6);
      if (blue > 0.8) blue = 0.8 + ((blue - 0.8) * 0.2) / (blue - 0.6);
      const codeR = codeOfLinear[((1 - (1 - red) * (1 - wrapR)) * linearSteps + 0.5) | 0] as number;
      const codeG = codeOfLinear[((1 - (1 - green) * (1 - wrapG)) * linearSteps + 0.5) | 0] as number;
      const codeB = codeOfLinear[((1 - (1 - blue) * (1 - wrapB)) * linearSteps + 0.5) | 0] as number;
      sumR += codeR;
      sumG += codeG;
      sumB += codeB;
      out[i] = (codeR * lumaR + codeG * lumaG + codeB * lumaB + 16.5) | 0;
    }
    const mean = (0.2126 * sumR + 0.7152 * sumG + 0.0722 * sumB) / 4;
    out[u] = ((sumB / 4 - mean) * blueScale + 128.5) | 0;
    out[v] = ((sumR / 4 - mean) * redScale + 128.5) | 0;
  };
}

/** Squares that subject and plate share, a small part of a frame. */
function createEdge(
  layers: PlanesLayers,
  matte: Uint8Array,
  light: RowReader,
  colours: RowReader,
  out: Uint8Array,
): Square {
  const source = layers.frame.data;
  const { linear } = layers.backdrop;
  const codes = new Uint8Array(3);
  const graded = new Float32Array(3);
  const sums = new Float64Array(3);
  return (x, p, q, u, v) => {
    sums.fill(0);
    for (let n = 0; n < 4; n++) {
      const i = (n < 2 ? p : q) + (n & 1);
      const alpha = (matte[i] as number) / 255;
      codesAt(source, i, u, v, codes);
      if (alpha < 1)
        part(codes[0] as number, codes[1] as number, codes[2] as number, alpha, colours, x, codes);
      lookUp(layers.lut, codes[0] as number, codes[1] as number, codes[2] as number, graded);
      let luma = 16.5;
      for (let c = 0; c < 3; c++) {
        const subject = shine(
          graded[c] as number,
          light.line,
          (light.at[x] as number) + c,
          light.rest[x] as number,
        );
        const plate = linear[i * 3 + c] as number;
        const code = codeOfLinear[((plate + (subject - plate) * alpha) * linearSteps + 0.5) | 0] as number;
        sums[c] = (sums[c] as number) + code / 4;
        luma += code * (c === 0 ? lumaR : c === 1 ? lumaG : lumaB);
      }
      out[i] = luma | 0;
    }
    const r = sums[0] as number;
    const g = sums[1] as number;
    const b = sums[2] as number;
    const mean = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    out[u] = ((b - mean) * blueScale + 128.5) | 0;
    out[v] = ((r - mean) * redScale + 128.5) | 0;
  };
}
