import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  type Rgb,
  randomBetween,
  ridged,
  sampleNoise,
  scaleRgb,
  smoothstep,
} from '@restage/pixels';
import {
  blendSurface,
  blendSurfaces,
  computeColumns,
  forEachRow,
  getColumn,
  lookUp,
  type PaintContext,
  type Surface,
  sampleField,
  tabulate,
} from '../context.ts';
import { paintSky } from './sky.ts';

/** Light on the ground: sun where it strikes, sky everywhere; dims by night and under storm. */
export function getGroundLight({ sky }: PaintContext): { sun: Rgb; shade: Rgb } {
  const strength = { dawn: 0.75, day: 1.05, golden: 0.95, sunset: 0.6, dusk: 0.12, night: 0.07 }[sky.time];
  return {
    sun: scaleRgb(sky.sun, strength * (1 - sky.gloom * 0.8)),
    shade: scaleRgb(sky.ambient, sky.time === 'day' ? 0.75 : 0.9),
  };
}

/** A surface of this colour in the light of the scene. */
export function createSurface(albedo: Rgb, light: { sun: Rgb; shade: Rgb }): Surface {
  const multiply = (one: Rgb, other: Rgb): Rgb => [one[0] * other[0], one[1] * other[1], one[2] * other[2]];
  return { shaded: multiply(albedo, light.shade), sunlit: multiply(albedo, light.sun) };
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
  const surface = createSurface(sand, light);
  const crests = ridges.map(
    (ridge) => (x: number) =>
      ridge.base - ridge.rise * (0.9 + 1.5 * fractal(noise, x * ridge.stretch + ridge.shift, ridge.shift, 2)),
  );
  const lines = crests.map((crest) => computeColumns(context, crest));
  const covers = coverByNearer(context, lines, 2 / canvas.height);
  // A sample just outside counts for pixels inside.
  const margin = 10 / 720;
  for (const [n, ridge] of ridges.entries()) {
    const crest = crests[n] as (x: number) => number;
    const line = lines[n] as Float64Array;
    const cover = covers[n] as Float64Array;
    const tilt = tabulate(-1, context.aspect + 1, 512, (x) => {
      return (crest(x + 0.02) - crest(x - 0.02)) / 0.04 / (ridge.rise * ridge.stretch);
    });
    const top = ridge.base - ridge.rise * 3;
    const bottom = Math.max(...cover);
    // The line between the lit and the shaded side runs down from each crest in a curve.
    const bends = sampleField(context, { top, bottom, step: 6, channels: 1 }, (x, y, out, at) => {
      out[at] = fractal(noise, x * 2.2 + ridge.shift, y * 4, 2) * 0.12;
    });
    const ripples = sampleField(
      context,
      { top: Math.max(top, 0.55), bottom, step: 4, rowStep: 1, channels: 1 },
      (x, y, out, at) => {
        const column = getColumn(context, x);
        if (y < (line[column] as number) - margin || y > (cover[column] as number) + margin) return;
        const bend = fractal(noise, x * 2.2 + ridge.shift, y * 4, 2) * 0.12;
        const ripple = sampleNoise(noise, (x + bend) * 14, y * 130 + sampleNoise(noise, x * 5, y * 8) * 5);
        out[at] = ripple * 0.06 * smoothstep(0.55, 0.95, y);
      },
    );
    forEachRow(context, top, bottom, (y, row) => {
      const bendRow = bends.row(row);
      const rippleRow = y < 0.56 ? undefined : ripples.row(row);
      for (let column = 0; column < canvas.width; column++) {
        const depth = y - (line[column] as number);
        if (depth <= 0 || y >= (cover[column] as number)) continue;
        const x = (column + 0.5) / canvas.height;
        const bend = bendRow[column] as number;
        const turn = lookUp(tilt, x - (depth * 1.5 + depth * depth * 2 + bend * depth * 3) * side);
        const face = smoothstep(-0.35, 0.35, turn * -side);
        const ripple = rippleRow === undefined ? 0 : (rippleRow[column] as number);
        const facing = clamp(0.1 + face * 0.85 + ripple - depth * 0.12, 0.03, 1.1);
        const haze = clamp(ridge.air - depth * 0.6, 0, 1) * 0.75;
        const edge = smoothstep(0, 2 / canvas.height, depth);
        const i = (row * canvas.width + column) * 3;
        blendSurface(canvas.data, i, surface, facing, sky.horizon, haze, edge);
      }
    });
  }
}

/**
 * For each layer, from far to near, the height in each column from which nearer layers cover it: `soft` below the
 * highest of their crests.
 */
function coverByNearer({ canvas }: PaintContext, crests: readonly Float64Array[], soft: number) {
  const cover = new Float64Array(canvas.width).fill(1);
  return crests
    .toReversed()
    .map((crest) => {
      const before = cover.slice();
      for (const [column, height] of crest.entries())
        cover[column] = Math.min(cover[column] as number, height + soft);
      return before;
    })
    .toReversed();
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
  const crests = ranges.map((range) =>
    computeColumns(context, (x) => {
      const jag = ridged(noise, x * range.stretch + range.shift, range.shift, range.wooded ? 3 : 6);
      const pines = range.wooded ? Math.abs(sampleNoise(noise, x * 70, range.shift)) * 0.012 : 0;
      return range.base - range.rise * (range.wooded ? jag * 1.5 - 0.4 : jag * 2.1 - 0.62) - pines;
    }),
  );
  const covers = coverByNearer(context, crests, 1.5 / canvas.height);
  // A sample just outside counts for pixels inside.
  const margin = 10 / 720;
  const air = mixRgb(sky.horizon, sky.ambient, 0.25);
  for (const [n, range] of ranges.entries()) {
    const crest = crests[n] as Float64Array;
    const cover = covers[n] as Float64Array;
    const bare = createSurface(range.wooded ? wood : rock, light);
    const covered = createSurface(white, light);
    const area = { top: Math.min(...crest), bottom: Math.max(...cover) };
    const faces = sampleField(context, { ...area, step: 5, channels: 2 }, (x, y, out, at) => {
      const column = getColumn(context, x);
      const depth = y - (crest[column] as number);
      if (depth < -margin || y > (cover[column] as number) + margin) return;
      const u = x * range.stretch * 2.3 + range.shift + depth * 1.1 * side;
      const relief = ridged(noise, u, y * 3.6, 5) - ridged(noise, u + 0.11 * side, y * 3.6 - 0.05, 5);
      out[at] = clamp(0.45 + relief * 4.2, 0.02, 1.15);
      if (range.wooded) return;
      const height = depth + fractal(noise, x * 9, y * 9, 4) * 0.09 - (range.rise - 0.2) * 0.3;
      const snowLine = smoothstep(0.16, 0.02, height);
      out[at + 1] = snowy ? 0.55 + snowLine * 0.45 : snowLine * 0.92;
    });
    forEachRow(context, area.top, area.bottom, (y, row) => {
      const face = faces.row(row);
      for (let column = 0; column < canvas.width; column++) {
        const depth = y - (crest[column] as number);
        if (depth <= 0 || y >= (cover[column] as number)) continue;
        const facing = face[column * 2] as number;
        const snow = face[column * 2 + 1] as number;
        const haze = clamp(range.air + depth * 0.5 * range.air, 0, 0.92);
        const edge = smoothstep(0, 1.5 / canvas.height, depth);
        const i = (row * canvas.width + column) * 3;
        blendSurfaces(canvas.data, i, bare, covered, snow, facing, air, haze, edge);
      }
    });
  }
  paintGround(context, 0.9, snowy ? '#e6ecf4' : '#5d7038', snowy ? 0.25 : 1);
}

/** A plain from its far edge to the viewer; `roughness` is how visible its tufts and stones are. */
export function paintGround(context: PaintContext, top: number, colour: string, roughness: number): void {
  const { canvas, noise, sky } = context;
  const albedo = parseHex(colour);
  const light = getGroundLight(context);
  const bright = createSurface(albedo, light);
  const dark = createSurface(scaleRgb(albedo, 0.55), light);
  const edges = computeColumns(context, (x) => top + fractal(noise, x * 3, 4.2, 3) * 0.012);
  const area = { top: top - 0.02, bottom: 1 };
  const tufts = sampleField(context, { ...area, step: 4, rowStep: 2, channels: 2 }, (x, y, out, at) => {
    const depth = y - (edges[getColumn(context, x)] as number);
    if (depth < -0.005) return;
    const near = clamp(depth / (1 - top), 0, 1);
    const scale = 1 / (near + 0.07);
    const u = (x - context.aspect / 2) * scale * 2.6;
    const v = scale * 7;
    const broad = fractal(noise, u * 0.5, v * 0.5, 4);
    const fine = fractal(noise, u * 5, v * 4, 3) * smoothstep(0, 0.5, near);
    out[at] = clamp(0.55 + (broad * 0.45 + fine * 0.4) * roughness, 0.05, 1.2);
    out[at + 1] = clamp(0.4 - broad, 0, 1) * roughness;
  });
  const hazes = tabulate(0, 1, 256, (near) => Math.exp(-near * 9) * 0.65);
  forEachRow(context, area.top, area.bottom, (y, row) => {
    const tuft = tufts.row(row);
    for (let column = 0; column < canvas.width; column++) {
      const depth = y - (edges[column] as number);
      if (depth <= 0) continue;
      const facing = tuft[column * 2] as number;
      const shadow = tuft[column * 2 + 1] as number;
      const haze = lookUp(hazes, depth / (1 - top));
      const edge = smoothstep(0, 2 / canvas.height, depth);
      const i = (row * canvas.width + column) * 3;
      blendSurfaces(canvas.data, i, bright, dark, shadow, facing, sky.horizon, haze, edge);
    }
  });
}
