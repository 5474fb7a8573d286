import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  pickRandom,
  randomBetween,
  sampleNoise,
  smoothstep,
} from '@restage/pixels';
import { colours } from '../../vocabulary.ts';
import {
  addLight,
  forEachRow,
  getColumns,
  type PaintContext,
  paintSmooth,
  sampleField,
  setPixel,
} from '../context.ts';

/** A stage: beams through haze from above, a pool of light, the dark around them. */
export function paintStage(context: PaintContext): void {
  const { canvas, noise, random, aspect, parsed } = context;
  const tints =
    parsed.colours.length > 0
      ? parsed.colours.map((name) => parseHex(colours[name]))
      : pickRandom(random, [
          [parseHex('#5a7dff'), parseHex('#c24dff')],
          [parseHex('#ffb45c'), parseHex('#ff5a3c')],
          [parseHex('#3cc8ff'), parseHex('#ff4fa0')],
        ]);
  const beams = [0, 1, 2, 3, 4].map((n) => ({
    top: aspect * (0.1 + n * 0.2),
    foot: aspect * randomBetween(random, 0.2, 0.8),
    tint: tints[n % tints.length] ?? ([1, 1, 1] as const),
    width: randomBetween(random, 0.05, 0.09),
  }));
  const tint = tints[0] ?? ([1, 1, 1] as const);
  paintSmooth(context, { top: 0, bottom: 1, step: 4 }, (x, y, out, at) => {
    const folds = 1 + Math.sin(x * 30 + sampleNoise(noise, x * 3, y) * 3) * 0.5;
    const curtain = 0.014 * folds * (1 - smoothstep(0.7, 0.78, y));
    setPixel(out, at, curtain * tint[0] + 0.004, curtain * tint[1] + 0.004, curtain * tint[2] + 0.005);
    for (const beam of beams) {
      const pool = Math.exp(-(((x - beam.foot) / 0.22) ** 2) - ((y - 0.88) / 0.05) ** 2);
      addLight(out, at, beam.tint, pool * 0.5);
    }
  });
  const haze = sampleField(context, { top: 0, bottom: 1, step: 4, channels: 1 }, (x, y, out, at) => {
    out[at] = clamp(0.65 + fractal(noise, x * 3, y * 4, 4) * 0.7, 0.1, 1.4) * (0.55 - y * 0.36);
  });
  for (const beam of beams) {
    const light = mixRgb(beam.tint, [1, 1, 1], 0.18);
    forEachRow(context, 0, 1, (y, row) => {
      const hazeRow = haze.row(row);
      const axis = beam.top + (beam.foot - beam.top) * (y + 0.05);
      const spread = 0.015 + beam.width * y * 1.5;
      const { first, end } = getColumns(context, axis - spread * 2.4, axis + spread * 2.4);
      for (let column = first; column < end; column++) {
        const across = ((column + 0.5) / canvas.height - axis) / spread;
        const amount = Math.exp(-across * across * 1.6) * (hazeRow[column] as number);
        addLight(canvas.data, (row * canvas.width + column) * 3, light, amount);
      }
    });
  }
}
