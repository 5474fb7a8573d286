import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  pickRandom,
  type Rgb,
  randomBetween,
  sampleNoise,
  smoothstep,
} from '@restage/pixels';
import {
  addLight,
  addSmoothLight,
  forEachRow,
  getColumns,
  lookUp,
  type PaintContext,
  sampleField,
  setPixel,
  tabulate,
} from '../context.ts';
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
  const haze = sampleField(context, { top: 0, bottom: ground, step: 6, channels: 3 }, (x, y, out, at) => {
    const across = (x / aspect - 0.5) * 2 + sampleNoise(noise, x * 2, y * 2) * 0.4;
    const colour = mixRgb(mixRgb(first, last, smoothstep(-0.7, 0.7, across)), [1, 1, 1], 0.12);
    setPixel(out, at, colour[0], colour[1], colour[2]);
  });
  const light = sampleField(context, { top: 0, bottom: ground, step: 5, channels: 1 }, (x, y, out, at) => {
    const across = (x / aspect - 0.5) * 2;
    const far = Math.exp(-across * across * 5 - (y - 0.5) ** 2 * 7);
    out[at] = far * 0.3 + 0.035 + 0.02 * fractal(noise, x * 7, y * 7, 4);
  });
  forEachRow(context, 0, ground, (y, row) => {
    const joint = 0.012 * smoothstep(0.45, 0.5, Math.abs(((y * 15) % 1) - 0.5));
    const tint = haze.row(row);
    const amounts = light.row(row);
    const start = row * canvas.width * 3;
    for (let i = 0; i < tint.length; i++)
      canvas.data[start + i] = (tint[i] as number) * ((amounts[(i / 3) | 0] as number) + joint);
  });
  const tubes = Array.from({ length: 15 }, (_, n): Tube => {
    const side = n % 2 === 0 ? -1 : 1;
    const depth = random();
    return {
      x: aspect / 2 + side * aspect * (0.12 + 0.38 * (1 - depth)),
      length: 0.05 + (1 - depth) * 0.16,
      y: randomBetween(random, 0.1, 0.62),
      isUpright: random() < 0.5,
      colour: parseHex(pickRandom(random, tints)),
      power: 0.5 + (1 - depth) * 0.6,
    };
  });
  paintTubes(context, tubes);
  scatterLights(context, 34, 0.42, 0.74, 0.35, tints);
  const above = canvas.data.slice();
  const { data, width, height } = canvas;
  const wet = sampleField(
    context,
    { top: ground, bottom: 1, step: 3, rowStep: 1, channels: 2 },
    (x, y, out, at) => {
      out[at] = fractal(noise, x * 7, y * 46, 4);
      out[at + 1] = 0.7 + 0.5 * smoothstep(-0.2, 0.3, fractal(noise, x * 3, y * 10, 3));
    },
  );
  forEachRow(context, ground, 1, (y, row) => {
    const wetRow = wet.row(row);
    const near = (y - ground) / (1 - ground);
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5) / height;
      const shimmer = wetRow[column * 2] as number;
      const fromRow = clamp(
        Math.round((ground - (y - ground) * 2.6 + shimmer * 0.09) * height),
        0,
        height - 1,
      );
      const fromColumn = clamp(Math.round((x + shimmer * 0.014) * height), 0, width - 1);
      const from = (fromRow * width + fromColumn) * 3;
      const keep = (0.62 - near * 0.2) * (wetRow[column * 2 + 1] as number);
      setPixel(
        data,
        (row * width + column) * 3,
        (above[from] as number) * keep + 0.004,
        (above[from + 1] as number) * keep + 0.004,
        (above[from + 2] as number) * keep + 0.006,
      );
    }
  });
}

/** A glowing tube, upright or level. */
interface Tube {
  readonly x: number;
  readonly y: number;
  readonly length: number;
  readonly isUpright: boolean;
  readonly colour: Rgb;
  readonly power: number;
}

function getDistance(tube: Tube, x: number, y: number): number {
  const along = tube.isUpright ? y - tube.y : x - tube.x;
  const across = tube.isUpright ? x - tube.x : y - tube.y;
  const beyond = Math.max(0, Math.abs(along) - tube.length / 2);
  return Math.sqrt(across * across + beyond * beyond);
}

/** Tubes, and their halos on the wall. */
function paintTubes(context: PaintContext, tubes: readonly Tube[]): void {
  const { data, width, height } = context.canvas;
  const halos = tabulate(0, 0.4, 512, (distance) => 0.16 * Math.exp(-distance * 13));
  const glows = tabulate(0, 0.1, 512, (distance) => 0.5 * Math.exp(-distance * 70));
  addSmoothLight(context, { top: 0, bottom: 1, step: 6 }, (x, y, out, at) => {
    for (const tube of tubes) {
      if (Math.abs(y - tube.y) > tube.length + 0.2) continue;
      const distance = getDistance(tube, x, y);
      if (distance < 0.4) addLight(out, at, tube.colour, tube.power * lookUp(halos, distance));
    }
  });
  for (const tube of tubes) {
    const core = mixRgb(tube.colour, [1, 1, 1], 0.65);
    const [reachX, reachY] = tube.isUpright ? [0.1, tube.length / 2 + 0.1] : [tube.length / 2 + 0.1, 0.1];
    const { first, end } = getColumns(context, tube.x - reachX, tube.x + reachX);
    forEachRow(context, tube.y - reachY, tube.y + reachY, (y, row) => {
      for (let column = first; column < end; column++) {
        const distance = getDistance(tube, (column + 0.5) / height, y);
        if (distance > 0.1) continue;
        const i = (row * width + column) * 3;
        addLight(data, i, tube.colour, tube.power * lookUp(glows, distance));
        if (distance < 0.0075)
          addLight(data, i, core, tube.power * 1.6 * smoothstep(0.0075, 0.004, distance));
      }
    });
  }
}
