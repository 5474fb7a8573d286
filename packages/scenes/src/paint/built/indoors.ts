import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  pickRandom,
  type Rgb,
  randomBetween,
  sampleNoise,
  scaleRgb,
  smoothstep,
} from '@restage/pixels';
import { colours, type Material } from '../../vocabulary.ts';
import {
  addLight,
  blendPixel,
  computeColumns,
  forEachRow,
  getColumns,
  type PaintContext,
  paintSmooth,
  type Sampling,
  sampleField,
  setPixel,
} from '../context.ts';

/** What a studio's backdrop is made of. */
interface BackdropMaterial extends Pick<Sampling, 'step' | 'rowStep'> {
  readonly colour: string;
  /** The pattern of the surface, about -1…1, at a place on the backdrop. */
  pattern(context: PaintContext, x: number, y: number): number;
}

const surfaces: Record<Material, BackdropMaterial> = {
  concrete: {
    colour: '#8d8f91',
    step: 3,
    pattern: ({ noise }, x, y) => fractal(noise, x * 5, y * 5, 6) * 0.5,
  },
  marble: {
    colour: '#dcdad6',
    step: 2,
    pattern: ({ noise }, x, y) =>
      -Math.max(0, 1 - Math.abs(fractal(noise, x * 2.4 + sampleNoise(noise, x, y) * 1.5, y * 3, 5)) * 9) *
      0.5,
  },
  wood: {
    colour: '#8a5a34',
    step: 1,
    rowStep: 6,
    pattern: ({ noise }, x, y) =>
      Math.sin((x * 9 + fractal(noise, x * 1.5, y * 0.5, 3) * 3) * 6) * 0.18 +
      fractal(noise, x * 60, y * 2, 3) * 0.45,
  },
  brick: {
    colour: '#9a4f38',
    step: 1,
    pattern: ({ noise }, x, y) => bricks(sampleNoise(noise, Math.floor(x * 7), Math.floor(y * 19)), x, y),
  },
  velvet: {
    colour: '#6d1226',
    step: 3,
    pattern: ({ noise }, x, y) => Math.sin(x * 26 + sampleNoise(noise, x * 2, y * 0.6) * 5) * 0.55,
  },
  metal: {
    colour: '#848a92',
    step: 8,
    rowStep: 1,
    pattern: ({ noise }, x, y) =>
      fractal(noise, x * 0.8, y * 220, 3) * 0.3 + sampleNoise(noise, x * 1.2, 3) * 0.3,
  },
  paper: {
    colour: '#e2dccd',
    step: 2,
    pattern: ({ noise }, x, y) => fractal(noise, x * 40, y * 40, 3) * 0.12,
  },
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
  const light = sampleField(context, { top: 0, bottom: 1, step: 4, channels: 1 }, (x, y, out, at) => {
    const floor = smoothstep(0.72, 0.86, y);
    const pool = Math.exp(-((x - poolX) ** 2) * 1.7 - (y - 0.4) ** 2 * 2.6);
    const spill = Math.exp(-((x - poolX) ** 2) * 0.9 - (y - 0.93) ** 2 * 8) * 0.5 * floor;
    const fold = smoothstep(0.74, 0.8, y) * (1 - smoothstep(0.8, 0.94, y));
    out[at] = dark * (0.16 + pool * 0.95 + spill) * (1 - fold * 0.12);
  });
  const across = computeColumns(context, (x) => smoothstep(0.2, 0.9, x / aspect));
  const patterns =
    surface &&
    sampleField(context, { top: 0, bottom: 1, ...surface, channels: 1 }, (x, y, out, at) => {
      out[at] = surface.pattern(context, x, y);
    });
  forEachRow(context, 0, 1, (y, row) => {
    const lightRow = light.row(row);
    const pattern = patterns?.row(row);
    const relief = (1 - smoothstep(0.72, 0.86, y) * 0.6) * 0.8;
    for (let column = 0; column < canvas.width; column++) {
      const detail = pattern === undefined ? 0 : (pattern[column] as number) * relief;
      const amount = (lightRow[column] as number) * (1 + detail);
      const i = (row * canvas.width + column) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const c = channel as 0 | 1 | 2;
        const base = colour[c] + (second[c] - colour[c]) * (across[column] as number);
        canvas.data[i + c] = base * amount;
      }
    }
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
  const cast = mixRgb(daylight, [1, 1, 1], 0.3);
  paintSmooth(context, { top: 0, bottom: 1, step: 4 }, (x, y, out, at) => {
    let fill =
      (after ? 0.05 : 0.2) +
      (after ? 0 : 0.55) * Math.exp(-((x - windowX) ** 2) * 1.8 - (y - 0.4) ** 2 * 1.2);
    fill *= 1 + fractal(noise, x * 3, y * 3, 3) * 0.14;
    let glow = 0;
    for (const one of lamps)
      glow += Math.exp(-((x - one.x) ** 2 + (y - one.y) ** 2) * 11) * (after ? 0.42 : 0.16);
    setPixel(
      out,
      at,
      wall[0] * (fill * cast[0] + glow * lamp[0]),
      wall[1] * (fill * cast[1] + glow * lamp[1]),
      wall[2] * (fill * cast[2] + glow * lamp[2]),
    );
  });
  paintWindow(context, windowX, daylight, after);
  paintShelves(context, aspect - windowX);
  for (const one of lamps) {
    const { first, end } = getColumns(context, one.x - 0.24, one.x + 0.24);
    forEachRow(context, one.y - 0.16, one.y + 0.16, (y, row) => {
      for (let column = first; column < end; column++) {
        const distance = ((column + 0.5) / canvas.height - one.x) ** 2 + (y - one.y) ** 2;
        const i = (row * canvas.width + column) * 3;
        const halo = Math.exp(-distance * 900) * (after ? 0.9 : 0.5) + Math.exp(-distance * 160) * 0.12;
        addLight(canvas.data, i, lamp, halo);
        if (distance < 0.002) addLight(canvas.data, i, [1, 1, 0.95], Math.exp(-distance * 6000) * 0.9);
      }
    });
  }
  const wood = scaleRgb(parseHex('#6d452a'), after ? 0.4 : 0.9);
  const shines = computeColumns(context, (x) => Math.exp(-((x - windowX) ** 2) * 4) * (after ? 0.05 : 0.3));
  const grains = sampleField(
    context,
    { top: 0.83, bottom: 1, step: 6, rowStep: 1, channels: 1 },
    (x, y, out, at) => {
      out[at] = 0.85 + fractal(noise, x * 3, y * 60, 4) * 0.35;
    },
  );
  forEachRow(context, 0.83, 1, (y, row) => {
    const grainRow = grains.row(row);
    const sheen = smoothstep(1, 0.82, y);
    const edge = smoothstep(0.83, 0.845, y);
    for (let column = 0; column < canvas.width; column++) {
      const grain = grainRow[column] as number;
      const shine = (shines[column] as number) * sheen;
      const top: Rgb = [
        wood[0] * grain + daylight[0] * shine,
        wood[1] * grain + daylight[1] * shine,
        wood[2] * grain + daylight[2] * shine,
      ];
      blendPixel(canvas.data, (row * canvas.width + column) * 3, top, edge);
    }
  });
}

function paintWindow(context: PaintContext, centre: number, daylight: Rgb, after: boolean): void {
  const { canvas, noise } = context;
  const area = { top: 0.06, bottom: 0.7 };
  const view = sampleField(context, { ...area, step: 3, channels: 1 }, (x, y, out, at) => {
    const outside = 0.75 + fractal(noise, x * 6, y * 6, 4) * 0.5 - smoothstep(0.35, 0.66, y) * 0.3;
    out[at] = (after ? 0.5 : 1.25) * clamp(outside, 0.1, 1.3);
  });
  const { first, end } = getColumns(context, centre - 0.25, centre + 0.25);
  forEachRow(context, area.top, area.bottom, (y, row) => {
    const viewRow = view.row(row);
    const up = smoothstep(1.03, 0.97, Math.abs(y - 0.37) / 0.29);
    const crossbar = smoothstep(0.035, 0.02, Math.abs(y - 0.33) / 0.29);
    for (let column = first; column < end; column++) {
      const across = Math.abs((column + 0.5) / canvas.height - centre) / 0.24;
      const inside = smoothstep(1.03, 0.97, across) * up;
      if (inside <= 0) continue;
      const bars = Math.max(smoothstep(0.05, 0.03, across), crossbar);
      blendPixel(
        canvas.data,
        (row * canvas.width + column) * 3,
        scaleRgb(daylight, viewRow[column] as number),
        inside * (1 - bars * 0.85),
      );
    }
  });
}

/** Books and bottles as soft upright strips on shelves. */
function paintShelves(context: PaintContext, centre: number): void {
  const { canvas, noise } = context;
  const { data } = canvas;
  const { first, end } = getColumns(context, centre - 0.32, centre + 0.32);
  const edges = computeColumns(context, (x) => smoothstep(1, 0.98, Math.abs(x - centre) / 0.32));
  for (let shelf = 0; shelf < 4; shelf++) {
    const books = computeColumns(context, (x) => Math.floor(x * 46 + shelf * 11.3));
    const talls = books.map(
      (book) => 0.35 + 0.5 * Math.abs(sampleNoise(noise, book * 5.3 + 0.4, shelf + 0.6)),
    );
    const tones = books.map(
      (book) => 0.25 + 0.65 * Math.abs(sampleNoise(noise, book * 3.1 + 0.7, shelf * 4 + 0.2)),
    );
    const hues = books.map((book) => sampleNoise(noise, book * 1.7 + 0.1, shelf * 2 + 0.9));
    const top = 0.1 + shelf * 0.16;
    forEachRow(context, top, top + 0.16, (y, row) => {
      const within = (y - top) / 0.16;
      if (within < 0 || within >= 1) return;
      for (let column = first; column < end; column++) {
        const i = (row * canvas.width + column) * 3;
        const edge = edges[column] as number;
        const isBook = within > 1 - (talls[column] as number) && within < 0.94;
        const tone = tones[column] as number;
        const hue = hues[column] as number;
        const gap = within >= 0.94 ? 0.35 : 0.5;
        const dim = (c: number, by: number) => {
          data[i + c] = (data[i + c] as number) * (1 + ((isBook ? by : gap) - 1) * edge);
        };
        dim(0, tone + hue * 0.45);
        dim(1, tone * 0.9);
        dim(2, tone - hue * 0.4);
      }
    });
  }
}
