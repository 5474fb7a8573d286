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
import { addDisc, addLight, blendPixel, forEachPixel, type PaintContext, setPixel } from '../context.ts';
import { paintSky } from '../nature/sky.ts';

const lamps = ['#ffb65c', '#ffd39a', '#ff8f4a', '#fff0d6', '#7fb4ff', '#ff5a5a'] as const;

/** A skyline: towers in layers of air with windows, and after dark their lights out of focus in front. */
export function paintCity(context: PaintContext): void {
  const { sky, random, aspect, canvas } = context;
  const dark = { dawn: 0.45, day: 0, golden: 0.15, sunset: 0.5, dusk: 0.85, night: 1 }[sky.time];
  const ground = 0.8;
  paintSky(context, ground);
  if (dark > 0.3)
    forEachPixel(context, 0, ground, (_x, y, i) =>
      addLight(canvas.data, i, parseHex('#ff9a4d'), 0.16 * dark * Math.exp(-(ground - y) * 4.5)),
    );
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
  forEachPixel(context, tower.top, tower.foot, (x, y, i) => {
    const across = (x - tower.left) / tower.width;
    if (across < 0 || across > 1) return;
    const column = Math.floor((x - tower.left) / (pitch * 0.78));
    const floor = Math.floor((y - tower.top) / pitch);
    const inX = ((x - tower.left) / (pitch * 0.78)) % 1;
    const inY = ((y - tower.top) / pitch) % 1;
    const pane =
      smoothstep(0.12, 0.22, inX) *
      smoothstep(0.9, 0.8, inX) *
      smoothstep(0.18, 0.3, inY) *
      smoothstep(0.88, 0.76, inY);
    const draw = hash(column, floor, tower.seed);
    const sunlit = smoothstep(0.2, 1, litSide > 0 ? across : 1 - across) * sky.glow * (1 - tower.dark) * 0.35;
    const wall = mixRgb(mixRgb(facade, glass, pane * 0.7), sky.sun, sunlit);
    blendPixel(canvas.data, i, mixRgb(wall, sky.horizon, tower.air * (1 - tower.dark * 0.35)), 1);
    if (draw < 0.36 * tower.dark) {
      const warm = parseHex(lamps[Math.floor(draw * 1000) % 4] ?? lamps[0]);
      addLight(canvas.data, i, warm, pane * (0.25 + ((draw * 37) % 0.6)) * (1 - tower.air * 0.75));
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
  forEachPixel(context, top, 1, (x, y, i) => {
    const near = (y - top) / (1 - top);
    const shimmer = fractal(noise, x * 9, y * 60, 3);
    const row = clamp(
      Math.round((top - (y - top) * 2.4 + shimmer * 0.05) * canvas.height),
      0,
      canvas.height - 1,
    );
    const column = clamp(Math.round((x + shimmer * 0.012) * canvas.height), 0, canvas.width - 1);
    const j = (row * canvas.width + column) * 3;
    const tone = 0.9 + fractal(noise, x * 30, y * 90, 2) * 0.25;
    const mirrored: Rgb = [above[j] as number, above[j + 1] as number, above[j + 2] as number];
    const road = mixRgb(scaleRgb(asphalt, tone), mirrored, wet * (0.9 - near * 0.35));
    setPixel(canvas.data, i, road[0], road[1], road[2]);
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
