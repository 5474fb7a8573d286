import { clamp, fractal, mix, mixRgb, parseHex, smoothstep } from '@restage/pixels';
import { blendPixel, forEachPixel, type PaintContext } from '../context.ts';
import { getGroundLight, paintGround, shadeSurface } from './land.ts';
import { paintSky } from './sky.ts';

/** Grassland: rolling ground, a far line of trees, flowers out of focus. */
export function paintMeadow(context: PaintContext): void {
  const horizon = 0.55;
  paintSky(context, horizon + 0.03);
  const { canvas, noise, sky } = context;
  const light = getGroundLight(context);
  const trees = parseHex('#3a5232');
  const hills = parseHex('#6d8a54');
  for (const layer of [
    { base: 0.53, rise: 0.05, albedo: hills, air: 0.6, rough: 0.004, shift: 3 },
    { base: 0.555, rise: 0.035, albedo: trees, air: 0.34, rough: 0.028, shift: 40 },
  ]) {
    const crest = (x: number) =>
      layer.base -
      layer.rise * (0.5 + noise(x * 1.6 + layer.shift, 1)) -
      Math.abs(fractal(noise, x * 14 + layer.shift, 2, 3)) * layer.rough * 2;
    forEachPixel(context, 0.4, 0.7, (x, y, i) => {
      const depth = y - crest(x);
      if (depth <= 0) return;
      const leaf = clamp(0.5 + fractal(noise, x * 26, y * 30, 3) * 0.7 - depth * 3, 0.05, 1);
      blendPixel(
        canvas.data,
        i,
        mixRgb(shadeSurface(layer.albedo, light, leaf), sky.horizon, layer.air),
        smoothstep(0, 2 / canvas.height, depth),
      );
    });
  }
  paintGround(context, 0.575, '#7c9440', 0.9);
  forEachPixel(context, 0.6, 1, (x, y, i) => {
    const near = (y - 0.58) / 0.42;
    const blade = noise(x * mix(260, 70, near), y * mix(120, 16, near) + noise(x * 30, y * 4) * 2);
    const glow = smoothstep(0.15, 0.75, blade) * 0.5 * near;
    blendPixel(canvas.data, i, shadeSurface(parseHex('#c3cf6a'), light, 0.8), glow);
  });
}

/** Snow to the horizon, pines far off. */
export function paintTundra(context: PaintContext): void {
  const horizon = 0.56;
  paintSky(context, horizon + 0.02);
  const { canvas, noise, sky } = context;
  const light = getGroundLight(context);
  for (const [n, layer] of [
    { base: 0.55, tall: 0.05, air: 0.66 },
    { base: 0.575, tall: 0.1, air: 0.36 },
  ].entries()) {
    forEachPixel(context, 0.35, 0.62, (x, y, i) => {
      const tree = Math.floor(x * (34 - n * 12) + n * 7.7);
      const centre = (tree + 0.5 + noise(tree * 7.1, n) * 0.4 - n * 7.7) / (34 - n * 12);
      // Pines stand in groups, with clearings between them.
      const group = smoothstep(-0.3, 0.25, noise(tree * 0.21 + n * 9, 6.5));
      const tall = layer.tall * group * (0.4 + 0.9 * Math.abs(noise(tree * 3.7 + 0.5, n * 5 + 0.3)));
      if (tall < layer.tall * 0.1) return;
      const up = (layer.base + 0.01 - y) / tall;
      if (up < 0 || up > 1) return;
      const width = (1 - up) * tall * 0.3 * (0.75 + 0.25 * Math.abs(((up * 9) % 1) - 0.2));
      const inside = smoothstep(width, width * 0.8, Math.abs(x - centre));
      const frost = clamp(0.3 + fractal(noise, x * 60, y * 60, 2), 0, 0.8);
      const pine = shadeSurface(mixRgb(parseHex('#22352f'), parseHex('#dfe8f2'), frost * 0.6), light, 0.6);
      blendPixel(canvas.data, i, mixRgb(pine, sky.horizon, layer.air), inside);
    });
  }
  paintGround(context, 0.57, '#e9eff7', 0.3);
}
