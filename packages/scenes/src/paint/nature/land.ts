import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  type Rgb,
  randomBetween,
  ridged,
  scaleRgb,
  smoothstep,
} from '@restage/pixels';
import { blendPixel, forEachPixel, type PaintContext } from '../context.ts';
import { paintSky } from './sky.ts';

/** Light on the ground: sun where it strikes, sky everywhere; dims by night and under storm. */
export function getGroundLight({ sky }: PaintContext): { sun: Rgb; shade: Rgb } {
  const strength = { dawn: 0.75, day: 1.05, golden: 0.95, sunset: 0.6, dusk: 0.12, night: 0.07 }[sky.time];
  return {
    sun: scaleRgb(sky.sun, strength * (1 - sky.gloom * 0.8)),
    shade: scaleRgb(sky.ambient, sky.time === 'day' ? 0.75 : 0.9),
  };
}

/** The colour of a surface that the sun hits at `facing` 0…1. */
export function shadeSurface(albedo: Rgb, light: { sun: Rgb; shade: Rgb }, facing: number): Rgb {
  const channel = (c: 0 | 1 | 2) => albedo[c] * (light.shade[c] + light.sun[c] * facing);
  return [channel(0), channel(1), channel(2)];
}

interface Ridge {
  readonly base: number;
  readonly rise: number;
  readonly stretch: number;
  readonly shift: number;
  /** Haze of a layer: 0 near … 1 lost in the air. */
  readonly air: number;
}

/** Dunes: a few long crests, each with a sunlit and a shaded side and wind ripples. */
export function paintDesert(context: PaintContext): void {
  const horizon = 0.52;
  paintSky(context, horizon + 0.04);
  const { canvas, noise, random, sky } = context;
  const sand = parseHex('#d9a468');
  const light = getGroundLight(context);
  const side = sky.sunX > context.aspect / 2 ? 1 : -1;
  const ridges: Ridge[] = [0, 1, 2, 3, 4].map((n) => ({
    base: horizon + 0.02 + n * n * 0.022,
    rise: 0.03 + n * 0.017,
    stretch: 1.7 - n * 0.22,
    shift: randomBetween(random, 0, 90),
    air: 0.72 - n * 0.17,
  }));
  for (const ridge of ridges) {
    const crest = (x: number) =>
      ridge.base - ridge.rise * (0.9 + 1.5 * fractal(noise, x * ridge.stretch + ridge.shift, ridge.shift, 2));
    const tilt = (x: number) => (crest(x + 0.02) - crest(x - 0.02)) / 0.04 / (ridge.rise * ridge.stretch);
    forEachPixel(context, ridge.base - ridge.rise * 3, 1, (x, y, i) => {
      const depth = y - crest(x);
      const edge = smoothstep(0, 2 / canvas.height, depth);
      if (edge <= 0) return;
      // The line between the lit and the shaded side runs down from each crest in a curve.
      const bend = fractal(noise, x * 2.2 + ridge.shift, y * 4, 2) * 0.12;
      const face = smoothstep(
        -0.35,
        0.35,
        tilt(x - (depth * 1.5 + depth * depth * 2 + bend * depth * 3) * side) * -side,
      );
      const ripple =
        noise((x + bend) * 14, y * 130 + noise(x * 5, y * 8) * 5) * 0.06 * smoothstep(0.55, 0.95, y);
      const facing = clamp(0.1 + face * 0.85 + ripple - depth * 0.12, 0.03, 1.1);
      const haze = clamp(ridge.air - depth * 0.6, 0, 1) * 0.75;
      blendPixel(canvas.data, i, mixRgb(shadeSurface(sand, light, facing), sky.horizon, haze), edge);
    });
  }
}

/** Ranges behind one another, paler with distance, snow where they are high, a meadow in front. */
export function paintMountains(context: PaintContext): void {
  const horizon = 0.62;
  paintSky(context, horizon);
  const { canvas, noise, random, sky, parsed } = context;
  const light = getGroundLight(context);
  const side = sky.sunX > context.aspect / 2 ? 1 : -1;
  const snowy = parsed.weathers.includes('snow') || parsed.places.includes('tundra');
  const rock = parseHex('#6c6a70');
  const wood = parseHex(snowy ? '#7d8794' : '#33472f');
  const white = parseHex('#eef3fa');
  const ranges = [0, 1, 2, 3].map((n) => ({
    base: 0.6 + n * 0.075,
    rise: [0.36, 0.3, 0.17, 0.1][n] ?? 0.1,
    stretch: 1.15 + n * 0.35,
    shift: randomBetween(random, 0, 90),
    air: [0.55, 0.28, 0.2, 0.05][n] ?? 0,
    wooded: n >= 2,
  }));
  for (const range of ranges) {
    const crest = (x: number) => {
      const jag = ridged(noise, x * range.stretch + range.shift, range.shift, range.wooded ? 3 : 6);
      const pines = range.wooded ? Math.abs(noise(x * 70, range.shift)) * 0.012 : 0;
      return range.base - range.rise * (range.wooded ? jag * 1.5 - 0.4 : jag * 2.1 - 0.62) - pines;
    };
    forEachPixel(context, 0.05, 1, (x, y, i) => {
      const depth = y - crest(x);
      const edge = smoothstep(0, 1.5 / canvas.height, depth);
      if (edge <= 0) return;
      const u = x * range.stretch * 2.3 + range.shift;
      const relief =
        ridged(noise, u + depth * 1.1 * side, y * 3.6, 5) -
        ridged(noise, u + 0.11 * side + depth * 1.1 * side, y * 3.6 - 0.05, 5);
      const facing = clamp(0.45 + relief * 4.2, 0.02, 1.15);
      const snowLine = smoothstep(
        0.16,
        0.02,
        depth + fractal(noise, x * 9, y * 9, 4) * 0.09 - (range.rise - 0.2) * 0.3,
      );
      const albedo = range.wooded
        ? wood
        : mixRgb(rock, white, snowy ? 0.55 + snowLine * 0.45 : snowLine * 0.92);
      const haze = clamp(range.air + depth * 0.5 * range.air, 0, 0.92);
      blendPixel(
        canvas.data,
        i,
        mixRgb(shadeSurface(albedo, light, facing), mixRgb(sky.horizon, sky.ambient, 0.25), haze),
        edge,
      );
    });
  }
  paintGround(context, 0.9, snowy ? '#e6ecf4' : '#5d7038', snowy ? 0.25 : 1);
}

/** A plain from its far edge to the viewer; `roughness` is how visible its tufts and stones are. */
export function paintGround(context: PaintContext, top: number, colour: string, roughness: number): void {
  const { canvas, noise, sky } = context;
  const albedo = parseHex(colour);
  const light = getGroundLight(context);
  forEachPixel(context, top - 0.02, 1, (x, y, i) => {
    const edge = top + fractal(noise, x * 3, 4.2, 3) * 0.012;
    const near = clamp((y - edge) / (1 - top), 0, 1);
    if (y < edge) return;
    const depth = 1 / (near + 0.07);
    const u = (x - context.aspect / 2) * depth * 2.6;
    const v = depth * 7;
    const broad = fractal(noise, u * 0.5, v * 0.5, 4);
    const fine = fractal(noise, u * 5, v * 4, 3) * smoothstep(0, 0.5, near);
    const facing = clamp(0.55 + (broad * 0.45 + fine * 0.4) * roughness, 0.05, 1.2);
    const shaded = shadeSurface(
      mixRgb(albedo, scaleRgb(albedo, 0.55), clamp(0.4 - broad, 0, 1) * roughness),
      light,
      facing,
    );
    const haze = Math.exp(-near * 9) * 0.65;
    blendPixel(canvas.data, i, mixRgb(shaded, sky.horizon, haze), smoothstep(0, 2 / canvas.height, y - edge));
  });
}
