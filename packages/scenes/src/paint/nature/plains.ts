import { clamp, fractal, mix, mixRgb, parseHex, sampleNoise, smoothstep } from '@restage/pixels';
import {
  blendMix,
  blendPixel,
  blendSurface,
  computeColumns,
  forEachRow,
  getColumn,
  lightSurface,
  type PaintContext,
  sampleField,
} from '../context.ts';
import { createSurface, getGroundLight, paintGround } from './land.ts';
import { paintSky } from './sky.ts';

/** Grassland: rolling ground, a far line of trees, flowers out of focus. */
export function paintMeadow(context: PaintContext): void {
  const horizon = 0.55;
  const plain = 0.575;
  paintSky(context, horizon + 0.03);
  const { canvas, noise, sky } = context;
  const light = getGroundLight(context);
  const trees = parseHex('#3a5232');
  const hills = parseHex('#6d8a54');
  for (const layer of [
    { base: 0.53, rise: 0.05, albedo: hills, air: 0.6, rough: 0.004, shift: 3 },
    { base: 0.555, rise: 0.035, albedo: trees, air: 0.34, rough: 0.028, shift: 40 },
  ]) {
    const surface = createSurface(layer.albedo, light);
    const crests = computeColumns(context, (x) => {
      const rise = layer.rise * (0.5 + sampleNoise(noise, x * 1.6 + layer.shift, 1));
      return layer.base - rise - Math.abs(fractal(noise, x * 14 + layer.shift, 2, 3)) * layer.rough * 2;
    });
    // The plain covers everything below.
    const area = { top: Math.min(...crests), bottom: plain + 0.02 };
    const leaves = sampleField(context, { ...area, step: 2, channels: 1 }, (x, y, out, at) => {
      const depth = y - (crests[getColumn(context, x)] as number);
      if (depth > -0.006) out[at] = 0.5 + fractal(noise, x * 26, y * 30, 3) * 0.7;
    });
    forEachRow(context, area.top, area.bottom, (y, row) => {
      const leafRow = leaves.row(row);
      for (let column = 0; column < canvas.width; column++) {
        const depth = y - (crests[column] as number);
        if (depth <= 0) continue;
        const leaf = clamp((leafRow[column] as number) - depth * 3, 0.05, 1);
        const edge = smoothstep(0, 2 / canvas.height, depth);
        const i = (row * canvas.width + column) * 3;
        blendSurface(canvas.data, i, surface, leaf, sky.horizon, layer.air, edge);
      }
    });
  }
  paintGround(context, plain, '#7c9440', 0.9);
  const blades = lightSurface(createSurface(parseHex('#c3cf6a'), light), 0.8);
  const sway = sampleField(context, { top: 0.6, bottom: 1, step: 4, channels: 1 }, (x, y, out, at) => {
    out[at] = sampleNoise(noise, x * 30, y * 4) * 2;
  });
  forEachRow(context, 0.6, 1, (y, row) => {
    const swayRow = sway.row(row);
    const near = (y - 0.58) / 0.42;
    const across = mix(260, 70, near);
    const down = y * mix(120, 16, near);
    for (let column = 0; column < canvas.width; column++) {
      const x = (column + 0.5) / canvas.height;
      const blade = sampleNoise(noise, x * across, down + (swayRow[column] as number));
      const glow = smoothstep(0.15, 0.75, blade) * 0.5 * near;
      if (glow > 0) blendPixel(canvas.data, (row * canvas.width + column) * 3, blades, glow);
    }
  });
}

/** Snow to the horizon, pines far off. */
export function paintTundra(context: PaintContext): void {
  const horizon = 0.56;
  paintSky(context, horizon + 0.02);
  const { canvas, noise, sky } = context;
  const light = getGroundLight(context);
  const needles = lightSurface(createSurface(parseHex('#22352f'), light), 0.6);
  const frosted = lightSurface(createSurface(parseHex('#dfe8f2'), light), 0.6);
  for (const [n, layer] of [
    { base: 0.55, tall: 0.05, air: 0.66 },
    { base: 0.575, tall: 0.1, air: 0.36 },
  ].entries()) {
    const density = 34 - n * 12;
    const getTree = (x: number) => Math.floor(x * density + n * 7.7);
    const centres = computeColumns(context, (x) => {
      const tree = getTree(x);
      return (tree + 0.5 + sampleNoise(noise, tree * 7.1, n) * 0.4 - n * 7.7) / density;
    });
    const heights = computeColumns(context, (x) => {
      const tree = getTree(x);
      // Pines stand in groups, with clearings between them.
      const group = smoothstep(-0.3, 0.25, sampleNoise(noise, tree * 0.21 + n * 9, 6.5));
      return layer.tall * group * (0.4 + 0.9 * Math.abs(sampleNoise(noise, tree * 3.7 + 0.5, n * 5 + 0.3)));
    });
    const needlesInAir = mixRgb(needles, sky.horizon, layer.air);
    const frostedInAir = mixRgb(frosted, sky.horizon, layer.air);
    forEachRow(context, 0.35, 0.62, (y, row) => {
      for (let column = 0; column < canvas.width; column++) {
        const tall = heights[column] as number;
        const up = (layer.base + 0.01 - y) / tall;
        if (tall < layer.tall * 0.1 || up < 0 || up > 1) continue;
        const x = (column + 0.5) / canvas.height;
        const width = (1 - up) * tall * 0.3 * (0.75 + 0.25 * Math.abs(((up * 9) % 1) - 0.2));
        const inside = smoothstep(width, width * 0.8, Math.abs(x - (centres[column] as number)));
        if (inside <= 0) continue;
        const frost = clamp(0.3 + fractal(noise, x * 60, y * 60, 2), 0, 0.8) * 0.6;
        const i = (row * canvas.width + column) * 3;
        blendMix(canvas.data, i, needlesInAir, frostedInAir, frost, inside);
      }
    });
  }
  paintGround(context, 0.57, '#e9eff7', 0.3);
}
