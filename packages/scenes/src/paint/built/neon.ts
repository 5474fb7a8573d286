import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  pickRandom,
  type Rgb,
  randomBetween,
  smoothstep,
} from '@restage/pixels';
import { addLight, forEachPixel, type PaintContext, setPixel } from '../context.ts';
import { scatterLights } from './town.ts';

/** A narrow street at night: glowing tubes on dark walls, haze, a wet ground that reflects them. */
export function paintNeon(context: PaintContext): void {
  const { canvas, noise, random, aspect, parsed } = context;
  const chosen = parsed.colours.map((name) => name as string);
  const named: Record<string, string> = {
    red: '#ff2a3c',
    orange: '#ff7a1a',
    yellow: '#ffe23d',
    green: '#2dff7a',
    lime: '#9dff2d',
    teal: '#19f0d8',
    cyan: '#22e6ff',
    turquoise: '#22ffe0',
    blue: '#2a6bff',
    purple: '#a63dff',
    violet: '#9a4dff',
    magenta: '#ff2de0',
    pink: '#ff4fa8',
  };
  const asked = chosen.flatMap((name) => named[name] ?? []);
  const tints = (
    asked.length > 0
      ? asked
      : pickRandom(random, [
          ['#ff2d9b', '#22d8ff', '#8a3dff'],
          ['#ff3d6e', '#ffb02d', '#2de0ff'],
          ['#2dff9b', '#2d8aff', '#c44dff'],
        ])
  ) as [string, ...string[]];
  const first = parseHex(tints[0]);
  const last = parseHex(tints[tints.length - 1] ?? tints[0]);
  const ground = 0.77;
  forEachPixel(context, 0, 1, (x, y, i) => {
    const across = (x / aspect - 0.5) * 2;
    const far = Math.exp(-across * across * 5 - (y - 0.5) ** 2 * 7);
    const wall =
      0.035 +
      0.02 * fractal(noise, x * 7, y * 7, 4) +
      0.012 * smoothstep(0.45, 0.5, Math.abs(((y * 15) % 1) - 0.5));
    const tint = mixRgb(first, last, smoothstep(-0.7, 0.7, across + noise(x * 2, y * 2) * 0.4));
    const haze = mixRgb(tint, [1, 1, 1], 0.12);
    setPixel(
      canvas.data,
      i,
      haze[0] * (far * 0.3 + wall),
      haze[1] * (far * 0.3 + wall),
      haze[2] * (far * 0.3 + wall),
    );
  });
  const signs = 15;
  for (let n = 0; n < signs; n++) {
    const side = n % 2 === 0 ? -1 : 1;
    const depth = random();
    const x = aspect / 2 + side * aspect * (0.12 + 0.38 * (1 - depth));
    const size = 0.05 + (1 - depth) * 0.16;
    paintTube(
      context,
      x,
      randomBetween(random, 0.1, 0.62),
      size,
      random() < 0.5,
      parseHex(pickRandom(random, tints)),
      0.5 + (1 - depth) * 0.6,
    );
  }
  scatterLights(context, 34, 0.42, 0.74, 0.35, tints);
  const above = canvas.data.slice();
  forEachPixel(context, ground, 1, (x, y, i) => {
    const near = (y - ground) / (1 - ground);
    const shimmer = fractal(noise, x * 7, y * 46, 4);
    const row = clamp(
      Math.round((ground - (y - ground) * 2.6 + shimmer * 0.09) * canvas.height),
      0,
      canvas.height - 1,
    );
    const column = clamp(Math.round((x + shimmer * 0.014) * canvas.height), 0, canvas.width - 1);
    const j = (row * canvas.width + column) * 3;
    const keep = (0.62 - near * 0.2) * (0.7 + 0.5 * smoothstep(-0.2, 0.3, fractal(noise, x * 3, y * 10, 3)));
    setPixel(
      canvas.data,
      i,
      (above[j] as number) * keep + 0.004,
      (above[j + 1] as number) * keep + 0.004,
      (above[j + 2] as number) * keep + 0.006,
    );
  });
}

/** A glowing tube, upright or level, and its halo on the wall. */
function paintTube(
  context: PaintContext,
  x0: number,
  y0: number,
  length: number,
  upright: boolean,
  colour: Rgb,
  power: number,
): void {
  const reach = 0.2;
  forEachPixel(context, y0 - length - reach, y0 + length + reach, (x, y, i) => {
    const along = upright ? y - y0 : x - x0;
    const across = upright ? x - x0 : y - y0;
    const beyond = Math.max(0, Math.abs(along) - length / 2);
    const distance = Math.hypot(across, beyond);
    if (distance > 0.4) return;
    addLight(
      context.canvas.data,
      i,
      colour,
      power * (0.16 * Math.exp(-distance * 13) + 0.5 * Math.exp(-distance * 70)),
    );
    addLight(
      context.canvas.data,
      i,
      mixRgb(colour, [1, 1, 1], 0.65),
      power * 1.6 * smoothstep(0.0075, 0.004, distance),
    );
  });
}
