import { clamp, fractal, mixRgb, parseHex, scaleRgb, smoothstep } from '@restage/pixels';
import {
  addLight,
  blendPixel,
  blendSurfaces,
  computeColumns,
  forEachRow,
  getColumn,
  lightSurface,
  type PaintContext,
  sampleField,
} from '../context.ts';
import { createSurface, getGroundLight } from './land.ts';
import { paintSky } from './sky.ts';

/** The open sea: the sky reflected in waves that grow towards the viewer, and the sun's path on them. */
export function paintSea(context: PaintContext): void {
  const horizon = 0.5;
  paintSky(context, horizon);
  paintWater(
    context,
    horizon,
    computeColumns(context, () => 1),
  );
}

/** A shore: sea behind, foam, wet sand, dry sand in front. */
export function paintBeach(context: PaintContext): void {
  const horizon = 0.47;
  paintSky(context, horizon);
  const { canvas, noise, sky } = context;
  const shores = computeColumns(context, (x) => 0.73 + fractal(noise, x * 1.3, 8, 3) * 0.05);
  paintWater(
    context,
    horizon,
    shores.map((shore) => shore + 0.004),
  );
  const light = getGroundLight(context);
  const albedo = parseHex('#dcbf8f');
  const sand = createSurface(albedo, light);
  const soaked = createSurface(scaleRgb(albedo, 0.42), light);
  const white = lightSurface(createSurface(parseHex('#f4f7f8'), light), 0.75);
  const area = { top: 0.6, bottom: 1 };
  const grains = sampleField(context, { ...area, step: 2, rowStep: 1, channels: 1 }, (x, y, out, at) => {
    if (y < (shores[getColumn(context, x)] as number) - 0.006) return;
    out[at] = fractal(noise, x * 40, y * 70, 3) * 0.12 + fractal(noise, x * 5, y * 12, 3) * 0.2;
  });
  forEachRow(context, area.top, area.bottom, (y, row) => {
    const grain = grains.row(row);
    for (let column = 0; column < canvas.width; column++) {
      const depth = y - (shores[column] as number);
      // Farther out, there is neither sand nor foam.
      if (depth < -0.09) continue;
      const x = (column + 0.5) / canvas.height;
      const i = (row * canvas.width + column) * 3;
      if (depth > -0.003) {
        const wet = smoothstep(0.11, 0, depth);
        const facing = clamp(0.6 + (grain[column] as number), 0, 1.2);
        const edge = smoothstep(-0.003, 0.004, depth);
        blendSurfaces(canvas.data, i, sand, soaked, wet * 0.8, facing, sky.middle, wet * 0.35, edge);
      }
      const line = Math.exp(-((depth + 0.004) ** 2) / 0.00012);
      const far = 0.5 * Math.exp(-((depth + 0.05) ** 2) / 0.00008);
      if (line + far < 0.002) continue;
      const froth = fractal(noise, x * 24, y * 60, 4) * 0.5 + 0.5;
      const foam = line + far * smoothstep(0.4, 0.7, froth);
      blendPixel(canvas.data, i, white, clamp(foam * (0.4 + froth * 0.6), 0, 0.9));
    }
  });
}

/** Water from `horizon` down to a height in each column, reflecting what is painted above. */
function paintWater(context: PaintContext, horizon: number, bottoms: Float64Array): void {
  const { canvas, noise, sky, aspect } = context;
  const { data, width } = canvas;
  const above = data.slice(0, Math.ceil(horizon * canvas.height) * width * 3);
  const lastRow = Math.floor(horizon * canvas.height) - 1;
  const body = scaleRgb(
    mixRgb(parseHex('#0e3a4c'), sky.ambient, 0.35),
    { day: 0.8, golden: 0.5, dawn: 0.5, sunset: 0.35, dusk: 0.28, night: 0.1 }[sky.time],
  );
  const sparkle = sky.glow * (sky.sunHeight > -0.02 ? 1.1 : 0.15);
  const bottom = bottoms.reduce((one, other) => Math.max(one, other));
  const sampleWave = (x: number, y: number, out: Float32Array, at: number) => {
    if (y > (bottoms[getColumn(context, x)] as number) + 0.006) return;
    const depth = 1 / ((y - horizon) / (1 - horizon) + 0.025);
    const u = (x - aspect / 2) * depth;
    const swell = fractal(noise, u * 1.1, depth * 3.2, 3);
    out[at] = swell;
    out[at + 1] = fractal(noise, u * 4.2 + swell, depth * 13 + swell * 2, 4);
  };
  // Waves are flat, and small when they are far.
  const middle = horizon + (1 - horizon) * 0.25;
  const far = sampleField(
    context,
    { top: horizon, bottom: middle, step: 2, rowStep: 1, channels: 2 },
    sampleWave,
  );
  const close = sampleField(context, { top: middle, bottom, step: 4, rowStep: 1, channels: 2 }, sampleWave);
  forEachRow(context, horizon, bottom, (y, row) => {
    const waves = (y < middle ? far : close).row(row);
    const near = (y - horizon) / (1 - horizon);
    const haze = Math.exp(-near * 26) * 0.5;
    for (let column = 0; column < width; column++) {
      if (y > (bottoms[column] as number)) continue;
      const x = (column + 0.5) / canvas.height;
      const swell = waves[column * 2] as number;
      const ripple = waves[column * 2 + 1] as number;
      const slope = swell * 0.55 + ripple * 0.75;
      const grazing = clamp(0.86 - near * 0.42 - slope * 0.5, 0.12, 0.95);
      const sampleY = horizon - (y - horizon) * 0.95 - Math.abs(slope) * (0.05 + near * 0.3);
      const mirroredColumn = clamp(Math.round((x + slope * 0.05) * canvas.height), 0, width - 1);
      const mirroredRow = clamp(Math.round(sampleY * canvas.height), 0, lastRow);
      const mirrored = (mirroredRow * width + mirroredColumn) * 3;
      const i = (row * width + column) * 3;
      const tone = 0.75 + slope * 0.6;
      for (let channel = 0; channel < 3; channel++) {
        const base = body[channel as 0 | 1 | 2] * tone;
        data[i + channel] = base + ((above[mirrored + channel] as number) - base) * grazing;
      }
      const away = (x - sky.sunX) / (0.035 + near * 0.16);
      if (away * away < 9) {
        const glitter = smoothstep(0.1, 0.5, ripple + swell * 0.4) * Math.exp(-away * away);
        addLight(data, i, sky.sun, glitter * sparkle);
      }
      blendPixel(data, i, sky.horizon, haze);
    }
  });
}
