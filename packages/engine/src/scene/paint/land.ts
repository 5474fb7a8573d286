import { hex, mixRgb, type Rgb, scaleRgb } from '../../colour/srgb.ts';
import { fractal, ridged } from '../../math/noise.ts';
import { between } from '../../math/random.ts';
import { clamp, mix, smoothstep } from '../../math/scalar.ts';
import { cover, type Easel, eachPixel } from './canvas.ts';
import { paintSky } from './sky.ts';

/** Light on the ground: sun where it strikes, sky everywhere; dims by night and under storm. */
export function groundLight({ sky }: Easel): { sun: Rgb; shade: Rgb } {
  const strength = { dawn: 0.75, day: 1.05, golden: 0.95, sunset: 0.6, dusk: 0.12, night: 0.07 }[sky.time];
  return {
    sun: scaleRgb(sky.sun, strength * (1 - sky.gloom * 0.8)),
    shade: scaleRgb(sky.ambient, sky.time === 'day' ? 0.75 : 0.9),
  };
}

function lit(albedo: Rgb, light: { sun: Rgb; shade: Rgb }, facing: number): Rgb {
  const channel = (c: 0 | 1 | 2) => albedo[c] * (light.shade[c] + light.sun[c] * facing);
  return [channel(0), channel(1), channel(2)];
}

interface Ridge {
  readonly base: number;
  readonly rise: number;
  readonly stretch: number;
  readonly shift: number;
  /** 0 near … 1 lost in the air. */
  readonly air: number;
}

/** Dunes: a few long crests, each with a sunlit and a shaded side and wind ripples. */
export function paintDesert(easel: Easel): void {
  const horizon = 0.52;
  paintSky(easel, horizon + 0.04);
  const { canvas, noise, random, sky } = easel;
  const sand = hex('#d9a468');
  const light = groundLight(easel);
  const side = sky.sunX > easel.aspect / 2 ? 1 : -1;
  const ridges: Ridge[] = [0, 1, 2, 3, 4].map((n) => ({
    base: horizon + 0.02 + n * n * 0.022,
    rise: 0.045 + n * 0.024,
    stretch: 1.5 - n * 0.19,
    shift: between(random, 0, 90),
    air: 0.72 - n * 0.17,
  }));
  for (const ridge of ridges) {
    const crest = (x: number) =>
      ridge.base - ridge.rise * (ridged(noise, x * ridge.stretch + ridge.shift, ridge.shift, 2) * 1.5 - 0.45);
    eachPixel(easel, ridge.base - ridge.rise * 2, 1, (x, y, i) => {
      const depth = y - crest(x);
      const edge = smoothstep(0, 2.5 / canvas.height, depth);
      if (edge <= 0) return;
      const slope = (crest(x + 0.012) - crest(x - 0.012)) / 0.024;
      const spur = fractal(noise, x * ridge.stretch * 2.2 + y * 2.5 * side, y * 3 + ridge.shift, 3);
      const ripple =
        noise((x + spur * 0.1) * 16, y * 150 + noise(x * 6, y * 9) * 5) * 0.07 * smoothstep(0.5, 1, y);
      const facing = clamp(0.45 - slope * side * 0.9 + spur * 0.5 + ripple - depth * 0.25, 0.03, 1.1);
      const near = mixRgb(lit(sand, light, facing), sky.horizon, clamp(ridge.air - depth * 0.5, 0, 1) * 0.8);
      cover(canvas.data, i, near, edge);
    });
  }
}

/** Ranges behind one another, paler with distance, snow where they are high, a meadow in front. */
export function paintMountains(easel: Easel): void {
  const horizon = 0.62;
  paintSky(easel, horizon);
  const { canvas, noise, random, sky, reading } = easel;
  const light = groundLight(easel);
  const side = sky.sunX > easel.aspect / 2 ? 1 : -1;
  const snowy = reading.weathers.includes('snow') || reading.places.includes('tundra');
  const rock = hex('#6c6a70');
  const wood = hex(snowy ? '#7d8794' : '#33472f');
  const white = hex('#eef3fa');
  const ranges = [0, 1, 2, 3].map((n) => ({
    base: 0.6 + n * 0.075,
    rise: [0.36, 0.3, 0.17, 0.1][n] ?? 0.1,
    stretch: 1.15 + n * 0.35,
    shift: between(random, 0, 90),
    air: [0.68, 0.42, 0.24, 0.06][n] ?? 0,
    wooded: n >= 2,
  }));
  for (const range of ranges) {
    const crest = (x: number) => {
      const jag = ridged(noise, x * range.stretch + range.shift, range.shift, range.wooded ? 3 : 6);
      const pines = range.wooded ? Math.abs(noise(x * 70, range.shift)) * 0.012 : 0;
      return range.base - range.rise * (jag * 1.35 - 0.3) - pines;
    };
    eachPixel(easel, 0.05, 1, (x, y, i) => {
      const depth = y - crest(x);
      const edge = smoothstep(0, 1.5 / canvas.height, depth);
      if (edge <= 0) return;
      const u = x * range.stretch * 2.3 + range.shift;
      const relief =
        ridged(noise, u + depth * 1.1 * side, y * 3.6, 5) -
        ridged(noise, u + 0.11 * side + depth * 1.1 * side, y * 3.6 - 0.05, 5);
      const facing = clamp(0.42 + relief * 3.2, 0.02, 1.1);
      const snowLine = smoothstep(
        0.16,
        0.02,
        depth + fractal(noise, x * 9, y * 9, 4) * 0.09 - (range.rise - 0.2) * 0.3,
      );
      const albedo = range.wooded
        ? wood
        : mixRgb(rock, white, snowy ? 0.55 + snowLine * 0.45 : snowLine * 0.92);
      const haze = clamp(range.air + depth * 0.5 * range.air, 0, 0.92);
      cover(
        canvas.data,
        i,
        mixRgb(lit(albedo, light, facing), mixRgb(sky.horizon, sky.ambient, 0.25), haze),
        edge,
      );
    });
  }
  paintGround(easel, 0.9, snowy ? '#e6ecf4' : '#5d7038', snowy ? 0.25 : 1);
}

/** A plain that runs from its far edge to the viewer; `roughness` is how much its tufts and stones show. */
export function paintGround(easel: Easel, top: number, colour: string, roughness: number): void {
  const { canvas, noise, sky } = easel;
  const albedo = hex(colour);
  const light = groundLight(easel);
  eachPixel(easel, top - 0.02, 1, (x, y, i) => {
    const edge = top + fractal(noise, x * 3, 4.2, 3) * 0.012;
    const near = clamp((y - edge) / (1 - top), 0, 1);
    if (y < edge) return;
    const depth = 1 / (near + 0.07);
    const u = (x - easel.aspect / 2) * depth * 2.6;
    const v = depth * 7;
    const broad = fractal(noise, u * 0.5, v * 0.5, 4);
    const fine = fractal(noise, u * 5, v * 4, 3) * smoothstep(0, 0.5, near);
    const facing = clamp(0.55 + (broad * 0.45 + fine * 0.4) * roughness, 0.05, 1.2);
    const shaded = lit(
      mixRgb(albedo, scaleRgb(albedo, 0.55), clamp(0.4 - broad, 0, 1) * roughness),
      light,
      facing,
    );
    const haze = Math.exp(-near * 9) * 0.65;
    cover(canvas.data, i, mixRgb(shaded, sky.horizon, haze), smoothstep(0, 2 / canvas.height, y - edge));
  });
}

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
      const tall = layer.tall * (0.55 + 0.6 * Math.abs(noise(tree * 3.7 + 0.5, n * 5 + 0.3)));
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
