import { type Lut, lookUp } from '../colour/lut.ts';
import { byteOfLinear, linearSteps } from '../colour/srgb.ts';
import type { Grid } from '../math/blur.ts';
import { part, rowReader, shine } from './edge.ts';

/** A plate ready to stand behind subjects: linear light for the edge, finished 8-bit sRGB for the rest. */
export interface Backdrop {
  readonly linear: Float32Array;
  readonly bytes: Uint8Array;
}

export interface Layers {
  /** 8-bit sRGB, three bytes a pixel. */
  readonly frame: Uint8Array;
  /** One byte a pixel, 255 is subject; absent where the whole frame is. */
  readonly matte: Uint8Array | undefined;
  readonly backdrop: Backdrop | undefined;
  readonly lut: Lut;
  /** Gain and wrap, six channels, see `Fields`. */
  readonly light: Grid;
  /** Clean subject and clean background, six channels; absent where the whole frame is subject. */
  readonly colours: Grid | undefined;
}

/**
 * Lays the graded, lit subject over the backdrop, `out` = α·subject + (1 − α)·plate in linear light.
 * In the edge band the old background is taken out of each pixel before it is graded.
 * @param out 8-bit sRGB, `width × height × 3`.
 */
export function blend(layers: Layers, width: number, height: number, out: Uint8Array): void {
  const { frame, matte, backdrop, lut } = layers;
  const light = rowReader(layers.light, width, height);
  const colours = layers.colours === undefined ? undefined : rowReader(layers.colours, width, height);
  const graded = new Float32Array(3);
  const clean = new Uint8Array(3);
  for (let y = 0, p = 0; y < height; y++) {
    let ready = false;
    for (let x = 0; x < width; x++, p++) {
      const i = p * 3;
      const a = matte === undefined ? 255 : (matte[p] as number);
      if (a === 0 && backdrop !== undefined) {
        out[i] = backdrop.bytes[i] as number;
        out[i + 1] = backdrop.bytes[i + 1] as number;
        out[i + 2] = backdrop.bytes[i + 2] as number;
        continue;
      }
      if (!ready) {
        light.row(y);
        colours?.row(y);
        ready = true;
      }
      const l = light.at[x] as number;
      const f = light.rest[x] as number;
      const line = light.line;
      if (a === 255 || colours === undefined || backdrop === undefined) {
        lookUp(lut, frame[i] as number, frame[i + 1] as number, frame[i + 2] as number, graded);
        for (let c = 0; c < 3; c++)
          out[i + c] = byteOfLinear[
            (shine(graded[c] as number, line, l + c, f) * linearSteps + 0.5) | 0
          ] as number;
        continue;
      }
      const alpha = a / 255;
      part(frame[i] as number, frame[i + 1] as number, frame[i + 2] as number, alpha, colours, x, clean);
      lookUp(lut, clean[0] as number, clean[1] as number, clean[2] as number, graded);
      for (let c = 0; c < 3; c++) {
        const subject = shine(graded[c] as number, line, l + c, f);
        const plate = backdrop.linear[i + c] as number;
        out[i + c] = byteOfLinear[((plate + (subject - plate) * alpha) * linearSteps + 0.5) | 0] as number;
      }
    }
  }
}
