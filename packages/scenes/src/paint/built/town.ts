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
import {
  addDisc,
  addLight,
  blendMix,
  forEachRow,
  getColumns,
  type PaintContext,
  sampleField,
} from '../context.ts';
import { paintSky } from '../nature/sky.ts';

const lamps = ['#ffb65c', '#ffd39a', '#ff8f4a', '#fff0d6', '#7fb4ff', '#ff5a5a'] as const;

/** A skyline: towers in layers of air with windows, and after dark their lights out of focus in front. */
export function paintCity(context: PaintContext): void {
  const { sky, random, aspect } = context;
  const dark = { dawn: 0.45, day: 0, golden: 0.15, sunset: 0.5, dusk: 0.85, night: 1 }[sky.time];
  const ground = 0.8;
  paintSky(context, ground);
  if (dark > 0.3) paintSkyglow(context, ground, 0.16 * dark);
  for (let layer = 0; layer < 4; layer++) {
    const air = [0.75, 0.52, 0.28, 0.08][layer] ?? 0;
    for (let x = -0.05; x < aspect; ) {
      const width = randomBetween(random, 0.05, 0.11) * (1 + layer * 0.32);
      const height =
        randomBetween(random, 0.16, 0.34) +
        (random() < 0.2 ? 0.14 : 0) +
        (layer === 1 ? 0.06 : 0) -
        layer * 0.025;
      paintTower(context, {
        left: x,
        width,
        top: ground - height,
        foot: ground + 0.06,
        air,
        dark,
        seed: Math.floor(random() * 4096),
      });
      x += width * randomBetween(random, 0.92, 1.25);
    }
  }
  paintStreet(context, ground, dark);
  if (dark > 0.3) scatterLights(context, Math.round(46 * dark), 0.56, 0.94, dark * 0.4);
}

/** The town's light on the air above it. */
function paintSkyglow(context: PaintContext, ground: number, power: number): void {
  const { canvas } = context;
  const colour = parseHex('#ff9a4d');
  forEachRow(context, 0, ground, (y, row) => {
    const amount = power * Math.exp(-(ground - y) * 4.5);
    const start = row * canvas.width * 3;
    for (let i = start; i < start + canvas.width * 3; i += 3) addLight(canvas.data, i, colour, amount);
  });
}

function paintTower(
  context: PaintContext,
  tower: { left: number; width: number; top: number; foot: number; air: number; dark: number; seed: number },
): void {
  const { canvas, sky } = context;
  const facade = scaleRgb(
    mixRgb(parseHex('#5a6270'), sky.ambient, 0.45),
    (1 - tower.dark * 0.86) * (0.8 + (tower.seed % 7) * 0.06),
  );
  const glass = mixRgb(facade, sky.middle, 0.5);
  const pitch = 0.0125 + (tower.seed % 5) * 0.0012;
  const litSide = sky.sunX > tower.left + tower.width / 2 ? 1 : -1;
  const haze = tower.air * (1 - tower.dark * 0.35);
  const { first, end } = getColumns(context, tower.left, tower.left + tower.width);
  // Everything but the windows' light is a colour of the column, without and with a pane.
  const columns = Array.from({ length: Math.max(0, end - first) }, (_, index) => {
    const x = (first + index + 0.5) / canvas.height - tower.left;
    const across = x / tower.width;
    const inX = (x / (pitch * 0.78)) % 1;
    const facing = smoothstep(0.2, 1, litSide > 0 ? across : 1 - across);
    const sunlit = facing * sky.glow * (1 - tower.dark) * 0.35;
    const show = (wall: Rgb) => mixRgb(mixRgb(wall, sky.sun, sunlit), sky.horizon, haze);
    return {
      isInside: across >= 0 && across <= 1,
      window: Math.floor(x / (pitch * 0.78)),
      pane: smoothstep(0.12, 0.22, inX) * smoothstep(0.9, 0.8, inX),
      wall: show(facade),
      glass: show(mixRgb(facade, glass, 0.7)),
    };
  });
  const lights = lamps.map(parseHex);
  forEachRow(context, tower.top, tower.foot, (y, row) => {
    const floor = Math.floor((y - tower.top) / pitch);
    const inY = ((y - tower.top) / pitch) % 1;
    const paneY = smoothstep(0.18, 0.3, inY) * smoothstep(0.88, 0.76, inY);
    let i = (row * canvas.width + first) * 3;
    for (const column of columns) {
      if (column.isInside) {
        const pane = column.pane * paneY;
        blendMix(canvas.data, i, column.wall, column.glass, pane, 1);
        if (tower.dark > 0 && pane > 0) {
          const draw = hash(column.window, floor, tower.seed);
          const warm = lights[Math.floor(draw * 1000) % 4] as Rgb;
          if (draw < 0.36 * tower.dark)
            addLight(canvas.data, i, warm, pane * (0.25 + ((draw * 37) % 0.6)) * (1 - tower.air * 0.75));
        }
      }
      i += 3;
    }
  });
}

function hash(a: number, b: number, c: number): number {
  let h =
    Math.imul(a + 374761393, 668265263) ^
    Math.imul(b + 1274126177, 2246822519) ^
    Math.imul(c + 97, 3266489917);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296;
}

/** Asphalt that reflects what is behind it, more so after rain. */
function paintStreet(context: PaintContext, top: number, dark: number): void {
  const { canvas, noise, parsed, sky } = context;
  const wet = parsed.weathers.includes('rain') ? 0.75 : 0.22 + dark * 0.3;
  const above = canvas.data.slice();
  const asphalt = scaleRgb(mixRgb(parseHex('#54575c'), sky.ambient, 0.4), 1 - dark * 0.85);
  const { data, width, height } = canvas;
  const shimmers = sampleField(
    context,
    { top, bottom: 1, step: 3, rowStep: 1, channels: 2 },
    (x, y, out, at) => {
      out[at] = fractal(noise, x * 9, y * 60, 3);
      out[at + 1] = 0.9 + fractal(noise, x * 30, y * 90, 2) * 0.25;
    },
  );
  forEachRow(context, top, 1, (y, row) => {
    const shimmerRow = shimmers.row(row);
    const near = (y - top) / (1 - top);
    const mirrored = wet * (0.9 - near * 0.35);
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5) / height;
      const shimmer = shimmerRow[column * 2] as number;
      const fromRow = clamp(Math.round((top - (y - top) * 2.4 + shimmer * 0.05) * height), 0, height - 1);
      const fromColumn = clamp(Math.round((x + shimmer * 0.012) * height), 0, width - 1);
      const from = (fromRow * width + fromColumn) * 3;
      const tone = shimmerRow[column * 2 + 1] as number;
      const i = (row * width + column) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const road = asphalt[channel as 0 | 1 | 2] * tone;
        data[i + channel] = road + ((above[from + channel] as number) - road) * mirrored;
      }
    }
  });
}

/** Lamps and cars out of focus. */
export function scatterLights(
  context: PaintContext,
  count: number,
  top: number,
  bottom: number,
  power: number,
  tints: readonly [string, ...string[]] = lamps,
): void {
  const { random, aspect } = context;
  for (let n = 0; n < count; n++) {
    const y = top + (bottom - top) * random() ** 0.8;
    addDisc(
      context,
      random() * aspect,
      y,
      randomBetween(random, 0.012, 0.034),
      parseHex(pickRandom(random, tints)),
      power * randomBetween(random, 0.25, 1),
    );
  }
}
