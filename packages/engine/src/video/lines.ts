import { type Lut, lookUp } from '../colour/lut.ts';
import { blueFromCb, codeOf, greenFromCb, greenFromCr, redFromCr } from './planes.ts';

/** Nodes from black to white as many apart as the cube's, and a few past both for what overshoots. */
const intervals = 32;
const below = 2;
const nodes = intervals + below + 4;

/** For each luma code, floats from a line's start to the node below it, and the way to the next, 0…1. */
export const lineNode: Int32Array = new Int32Array(256);
export const lineRest: Float32Array = new Float32Array(256);
for (let y = 0; y < 256; y++) {
  const place = Math.max(0, ((y - 16) * intervals) / 219 + below);
  lineNode[y] = Math.floor(place) * 3;
  lineRest[y] = place - Math.floor(place);
}

/** A cube cut along luma: for each pair of chroma codes that turns up, graded linear light by luma. */
export interface Lines {
  readonly data: Float32Array;
  /** Where the line of a pair begins. */
  at(cb: number, cr: number): number;
}

/**
 * Cuts a cube as the pairs turn up: a frame has millions of pixels and some thousand pairs, and a line takes two
 * nodes where the cube takes four and a way to R′G′B′ first. Lines stay for the job; pairs never seen take no
 * memory.
 */
export function createLines(lut: Lut): Lines {
  const data = new Float32Array(65_536 * nodes * 3);
  const known = new Uint8Array(65_536);
  const graded = new Float32Array(3);
  return {
    data,
    at(cb, cr) {
      const pair = (cb << 8) | cr;
      const start = pair * nodes * 3;
      if (known[pair] === 1) return start;
      known[pair] = 1;
      for (let n = 0; n < nodes; n++) {
        const luma = ((n - below) * 255) / intervals + 512.5;
        const r = codeOf[(luma + (redFromCr[cr] as number)) | 0] as number;
        const g = codeOf[(luma + (greenFromCb[cb] as number) + (greenFromCr[cr] as number)) | 0] as number;
        const b = codeOf[(luma + (blueFromCb[cb] as number)) | 0] as number;
        lookUp(lut, r, g, b, graded);
        data.set(graded, start + n * 3);
      }
      return start;
    },
  };
}
