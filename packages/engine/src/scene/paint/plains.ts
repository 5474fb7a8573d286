import { hex, mixRgb } from '../../colour/srgb.ts';
import { fractal } from '../../math/noise.ts';
import { clamp, mix, smoothstep } from '../../math/scalar.ts';
import { cover, type Easel, eachPixel } from './canvas.ts';
import { groundLight, lit, paintGround } from './land.ts';
import { paintSky } from './sky.ts';

/** Grassland: rolling ground, a far line of trees, flowers out of focus. */
export function paintMeadow(easel: Easel): void {
  const horizon = 0.55;
  paintSky(easel, horizon + 0.03);
  const { canvas, noise, sky } = easel;
  const light = groundLight(easel);
  const trees = hex('#3a5232');
  const hills = hex('#6d8a54');
  for (const layer of [
    { base: 0.53, rise: 0.05, albedo: hills, air: 0.6, rough: 0.004, shift: 3 },
    { base: 0.555, rise: 0.035, albedo: trees, air: 0.34, rough: 0.028, shift: 40 },
  ]) {
    const crest = (x: number) =>
      layer.base -
      layer.rise * (0.5 + noise(x * 1.6 + layer.shift, 1)) -
      Math.abs(fractal(noise, x * 14 + layer.shift, 2, 3)) * layer.rough * 2;
    eachPixel(easel, 0.4, 0.7, (x, y, i) => {
      const depth = y - crest(x);
      if (depth <= 0) return;
      const leaf = clamp(0.5 + fractal(noise, x * 26, y * 30, 3) * 0.7 - depth * 3, 0.05, 1);
      cover(
        canvas.data,
        i,
        mixRgb(lit(layer.albedo, light, leaf), sky.horizon, layer.air),
        smoothstep(0, 2 / canvas.height, depth),
      );
    });
  }
  paintGround(easel, 0.575, '#7c9440', 0.9);
  eachPixel(easel, 0.6, 1, (x, y, i) => {
    const near = (y - 0.58) / 0.42;
    const blade = noise(x * mix(260, 70, near), y * mix(120, 16, near) + noise(x * 30, y * 4) * 2);
    const glow = smoothstep(0.15, 0.75, blade) * 0.5 * near;
    cover(canvas.data, i, lit(hex('#c3cf6a'), light, 0.8), glow);
  });
}

/** Snow to the horizon, pines far off. */
export function paintTundra(easel: Easel): void {
  const horizon = 0.56;
  paintSky(easel, horizon + 0.02);
  const { canvas, noise, sky } = easel;
  const light = groundLight(easel);
  for (const [n, layer] of [
    { base: 0.55, tall: 0.05, air: 0.66 },
    { base: 0.575, tall: 0.1, air: 0.36 },
  ].entries()) {
    eachPixel(easel, 0.35, 0.62, (x, y, i) => {
      const tree = Math.floor(x * (34 - n * 12) + n * 7.7);
      const centre = (tree + 0.5 + noise(tree * 7.1, n) * 0.4 - n * 7.7) / (34 - n * 12);
      // They stand in groups, with clearings between.
      const group = smoothstep(-0.3, 0.25, noise(tree * 0.21 + n * 9, 6.5));
      const tall = layer.tall * group * (0.4 + 0.9 * Math.abs(noise(tree * 3.7 + 0.5, n * 5 + 0.3)));
      if (tall < layer.tall * 0.1) return;
      const up = (layer.base + 0.01 - y) / tall;
      if (up < 0 || up > 1) return;
      const width = (1 - up) * tall * 0.3 * (0.75 + 0.25 * Math.abs(((up * 9) % 1) - 0.2));
      const inside = smoothstep(width, width * 0.8, Math.abs(x - centre));
      const frost = clamp(0.3 + fractal(noise, x * 60, y * 60, 2), 0, 0.8);
      const pine = lit(mixRgb(hex('#22352f'), hex('#dfe8f2'), frost * 0.6), light, 0.6);
      cover(canvas.data, i, mixRgb(pine, sky.horizon, layer.air), inside);
    });
  }
  paintGround(easel, 0.57, '#e9eff7', 0.3);
}
