import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  pickRandom,
  type Rgb,
  randomBetween,
  scaleRgb,
  smoothstep,
} from '@restage/pixels';
import { colours, type Material } from '../../vocabulary.ts';
import { addLight, blendPixel, forEachPixel, type PaintContext, setPixel } from '../context.ts';

/** A material's colour and the pattern of its surface, about -1…1, at a place on the backdrop. */
const surfaces: Record<
  Material,
  { colour: string; pattern(context: PaintContext, x: number, y: number): number }
> = {
  concrete: { colour: '#8d8f91', pattern: ({ noise }, x, y) => fractal(noise, x * 5, y * 5, 6) * 0.5 },
  marble: {
    colour: '#dcdad6',
    pattern: ({ noise }, x, y) =>
      -Math.max(0, 1 - Math.abs(fractal(noise, x * 2.4 + noise(x, y) * 1.5, y * 3, 5)) * 9) * 0.5,
  },
  wood: {
    colour: '#8a5a34',
    pattern: ({ noise }, x, y) =>
      Math.sin((x * 9 + fractal(noise, x * 1.5, y * 0.5, 3) * 3) * 6) * 0.18 +
      fractal(noise, x * 60, y * 2, 3) * 0.45,
  },
  brick: {
    colour: '#9a4f38',
    pattern: ({ noise }, x, y) => bricks(noise(Math.floor(x * 7), Math.floor(y * 19)), x, y),
  },
  velvet: {
    colour: '#6d1226',
    pattern: ({ noise }, x, y) => Math.sin(x * 26 + noise(x * 2, y * 0.6) * 5) * 0.55,
  },
  metal: {
    colour: '#848a92',
    pattern: ({ noise }, x, y) => fractal(noise, x * 0.8, y * 220, 3) * 0.3 + noise(x * 1.2, 3) * 0.3,
  },
  paper: { colour: '#e2dccd', pattern: ({ noise }, x, y) => fractal(noise, x * 40, y * 40, 3) * 0.12 },
};

function bricks(tone: number, x: number, y: number): number {
  const row = Math.floor(y * 19);
  const inX = (((x * 7 + (row % 2) * 0.5) % 1) + 1) % 1;
  const inY = (y * 19) % 1;
  const mortar = Math.min(
    smoothstep(0, 0.06, inX) * smoothstep(1, 0.94, inX),
    smoothstep(0, 0.12, inY) * smoothstep(1, 0.88, inY),
  );
  return mortar * (0.25 + tone * 0.35) - 0.45 * (1 - mortar);
}

/** A seamless backdrop with a pool of light on it and a floor that curves up into it. */
export function paintStudio(context: PaintContext): void {
  const { canvas, parsed, random, aspect } = context;
  const material = parsed.materials[0];
  const surface = material === undefined ? undefined : surfaces[material];
  const named = parsed.colours[0];
  const colour = parseHex(
    named !== undefined
      ? colours[named]
      : (surface?.colour ?? pickRandom(random, ['#6f7f92', '#8a7f78', '#58706d', '#7d6a86'])),
  );
  const second = parsed.colours[1] === undefined ? colour : parseHex(colours[parsed.colours[1]]);
  const dark = parsed.lights.includes('dark') ? 0.35 : parsed.lights.includes('bright') ? 1.25 : 0.85;
  const side = parsed.lights.includes('left')
    ? -1
    : parsed.lights.includes('right')
      ? 1
      : randomBetween(random, -0.5, 0.5);
  const poolX = aspect * (0.5 + side * 0.22);
  forEachPixel(context, 0, 1, (x, y, i) => {
    const floor = smoothstep(0.72, 0.86, y);
    const pool = Math.exp(-((x - poolX) ** 2) * 1.7 - (y - 0.4) ** 2 * 2.6);
    const spill = Math.exp(-((x - poolX) ** 2) * 0.9 - (y - 0.93) ** 2 * 8) * 0.5 * floor;
    const pattern = surface === undefined ? 0 : surface.pattern(context, x, y) * (1 - floor * 0.6);
    const light =
      dark *
      (0.16 + pool * 0.95 + spill) *
      (1 - smoothstep(0.74, 0.8, y) * (1 - smoothstep(0.8, 0.94, y)) * 0.12);
    const base = scaleRgb(
      mixRgb(colour, second, smoothstep(0.2, 0.9, x / aspect)),
      light * (1 + pattern * 0.8),
    );
    setPixel(canvas.data, i, base[0], base[1], base[2]);
  });
}

/** A room out of focus: a wall, a window with daylight or the town's lights, lamps, a table's edge. */
export function paintInterior(context: PaintContext): void {
  const { canvas, noise, sky, random, aspect, parsed } = context;
  const after = sky.time === 'night' || sky.time === 'dusk';
  const warm = !parsed.lights.includes('cool');
  const named = parsed.colours[0];
  const wall = parseHex(
    named !== undefined
      ? colours[named]
      : pickRandom(random, warm ? ['#b59a7c', '#8f7a66', '#a88f86'] : ['#8d9aa6', '#9aa0a0']),
  );
  const side = sky.sunX > aspect / 2 ? 1 : -1;
  const windowX = aspect * (0.5 + side * 0.29);
  const daylight = after ? scaleRgb(sky.horizon, 0.6) : mixRgb(sky.horizon, [1, 0.97, 0.9], 0.5);
  const lamp = parseHex(warm ? '#ffb765' : '#dfe9ff');
  const lamps = [0, 1, 2].map(() => ({
    x: aspect * randomBetween(random, 0.08, 0.92),
    y: randomBetween(random, 0.16, 0.42),
  }));
  forEachPixel(context, 0, 1, (x, y, i) => {
    let fill =
      (after ? 0.05 : 0.2) +
      (after ? 0 : 0.55) * Math.exp(-((x - windowX) ** 2) * 1.8 - (y - 0.4) ** 2 * 1.2);
    fill *= 1 + fractal(noise, x * 3, y * 3, 3) * 0.14;
    let glow = 0;
    for (const one of lamps)
      glow += Math.exp(-((x - one.x) ** 2 + (y - one.y) ** 2) * 11) * (after ? 0.42 : 0.16);
    const cast = mixRgb(daylight, [1, 1, 1], 0.3);
    setPixel(
      canvas.data,
      i,
      wall[0] * (fill * cast[0] + glow * lamp[0]),
      wall[1] * (fill * cast[1] + glow * lamp[1]),
      wall[2] * (fill * cast[2] + glow * lamp[2]),
    );
  });
  paintWindow(context, windowX, daylight, after);
  paintShelves(context, aspect - windowX);
  for (const one of lamps) {
    forEachPixel(context, one.y - 0.16, one.y + 0.16, (x, y, i) => {
      const distance = (x - one.x) ** 2 + (y - one.y) ** 2;
      addLight(
        canvas.data,
        i,
        lamp,
        Math.exp(-distance * 900) * (after ? 0.9 : 0.5) + Math.exp(-distance * 160) * 0.12,
      );
      addLight(canvas.data, i, [1, 1, 0.95], Math.exp(-distance * 6000) * 0.9);
    });
  }
  const wood = scaleRgb(parseHex('#6d452a'), after ? 0.4 : 0.9);
  forEachPixel(context, 0.8, 1, (x, y, i) => {
    const grain = 0.85 + fractal(noise, x * 3, y * 60, 4) * 0.35;
    const shine = Math.exp(-((x - windowX) ** 2) * 4) * (after ? 0.05 : 0.3) * smoothstep(1, 0.82, y);
    const top: Rgb = [
      wood[0] * grain + daylight[0] * shine,
      wood[1] * grain + daylight[1] * shine,
      wood[2] * grain + daylight[2] * shine,
    ];
    blendPixel(canvas.data, i, top, smoothstep(0.83, 0.845, y));
  });
}

function paintWindow(context: PaintContext, centre: number, daylight: Rgb, after: boolean): void {
  const { canvas, noise } = context;
  forEachPixel(context, 0.06, 0.7, (x, y, i) => {
    const across = Math.abs(x - centre) / 0.24;
    const up = Math.abs(y - 0.37) / 0.29;
    const inside = smoothstep(1.03, 0.97, across) * smoothstep(1.03, 0.97, up);
    if (inside <= 0) return;
    const bars = Math.max(smoothstep(0.05, 0.03, across), smoothstep(0.035, 0.02, Math.abs(y - 0.33) / 0.29));
    const outside = 0.75 + fractal(noise, x * 6, y * 6, 4) * 0.5 - smoothstep(0.35, 0.66, y) * 0.3;
    blendPixel(
      canvas.data,
      i,
      scaleRgb(daylight, (after ? 0.5 : 1.25) * clamp(outside, 0.1, 1.3)),
      inside * (1 - bars * 0.85),
    );
  });
}

/** Books and bottles as soft upright strips on shelves. */
function paintShelves(context: PaintContext, centre: number): void {
  const { canvas, noise } = context;
  forEachPixel(context, 0.1, 0.74, (x, y, i) => {
    const across = Math.abs(x - centre) / 0.32;
    if (across > 1) return;
    const shelf = Math.floor((y - 0.1) / 0.16);
    const within = ((y - 0.1) / 0.16) % 1;
    const book = Math.floor(x * 46 + shelf * 11.3);
    const tall = 0.35 + 0.5 * Math.abs(noise(book * 5.3 + 0.4, shelf + 0.6));
    const present = within > 1 - tall && within < 0.94 ? 1 : 0;
    const tone = 0.25 + 0.65 * Math.abs(noise(book * 3.1 + 0.7, shelf * 4 + 0.2));
    const hue = noise(book * 1.7 + 0.1, shelf * 2 + 0.9);
    const base = [
      canvas.data[i] as number,
      canvas.data[i + 1] as number,
      canvas.data[i + 2] as number,
    ] as const;
    const spine: Rgb = [base[0] * (tone + hue * 0.45), base[1] * (tone * 0.9), base[2] * (tone - hue * 0.4)];
    blendPixel(
      canvas.data,
      i,
      present === 1 ? spine : within >= 0.94 ? scaleRgb(base, 0.35) : scaleRgb(base, 0.5),
      smoothstep(1, 0.98, across),
    );
  });
}
