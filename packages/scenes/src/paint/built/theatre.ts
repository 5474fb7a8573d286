import { clamp, fractal, mixRgb, parseHex, pickRandom, randomBetween, smoothstep } from '@restage/pixels';
import { colours } from '../../vocabulary.ts';
import { addLight, forEachPixel, type PaintContext, setPixel } from '../context.ts';

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
  forEachPixel(context, 0, 1, (x, y, i) => {
    const curtain =
      0.014 * (1 + Math.sin(x * 30 + noise(x * 3, y) * 3) * 0.5) * (1 - smoothstep(0.7, 0.78, y));
    const tint = tints[0] ?? ([1, 1, 1] as const);
    setPixel(canvas.data, i, curtain * tint[0] + 0.004, curtain * tint[1] + 0.004, curtain * tint[2] + 0.005);
    const smoke = 0.65 + fractal(noise, x * 3, y * 4, 4) * 0.7;
    for (const beam of beams) {
      const axis = beam.top + (beam.foot - beam.top) * (y + 0.05);
      const spread = 0.015 + beam.width * y * 1.5;
      const across = (x - axis) / spread;
      addLight(
        canvas.data,
        i,
        mixRgb(beam.tint, [1, 1, 1], 0.18),
        Math.exp(-across * across * 1.6) * clamp(smoke, 0.1, 1.4) * (0.55 - y * 0.36),
      );
      const pool = Math.exp(-(((x - beam.foot) / 0.22) ** 2) - ((y - 0.88) / 0.05) ** 2);
      addLight(canvas.data, i, beam.tint, pool * 0.5);
    }
  });
}
