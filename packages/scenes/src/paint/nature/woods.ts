import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  type Rgb,
  randomBetween,
  sampleNoise,
  scaleRgb,
  smoothstep,
} from '@restage/pixels';
import {
  addDisc,
  addLight,
  addSmoothLight,
  blendMix,
  blendPixel,
  computeColumns,
  forEachRow,
  getColumn,
  getColumns,
  type PaintContext,
  paintSmooth,
  sampleField,
  setPixel,
} from '../context.ts';
import { getGroundLight } from './land.ts';

/** A wood: light through leaves far off, trunks in layers of air, shafts of sun, moss below. */
export function paintForest(context: PaintContext): void {
  const { noise, sky, random, aspect, parsed } = context;
  const light = getGroundLight(context);
  const autumn = parsed.time === 'golden' || parsed.colours.includes('orange');
  const bright: Rgb = mixRgb(sky.horizon, parseHex(autumn ? '#f2b34a' : '#c6d873'), 0.55);
  const power =
    { dawn: 0.75, day: 0.8, golden: 0.85, sunset: 0.5, dusk: 0.16, night: 0.06 }[sky.time] *
    (1 - sky.gloom * 0.4);
  const deep = scaleRgb(parseHex(autumn ? '#5a3314' : '#1f3a1c'), clamp(power * 1.1, 0.12, 1));
  const glowX = sky.sunX;
  const lit = scaleRgb(bright, power);
  paintSmooth(context, { top: 0, bottom: 1, step: 4 }, (x, y, out, at) => {
    const leaf = fractal(noise, x * 5, y * 5, 5);
    const opening = Math.exp(-((x - glowX) ** 2) * 2.2 - (y - 0.36) ** 2 * 5);
    const base = mixRgb(deep, lit, clamp(opening * 0.95 + leaf * 0.5, 0, 1.1));
    setPixel(out, at, base[0], base[1], base[2]);
  });
  paintLeafLight(context, lit, glowX);
  for (let layer = 0; layer < 4; layer++) {
    const air = [0.72, 0.5, 0.26, 0.04][layer] ?? 0;
    const trunks = Math.round([16, 10, 6, 3][layer] ?? 3);
    const haze = scaleRgb(mixRgb(bright, sky.horizon, 0.4), power * 0.6);
    const bark = mixRgb(scaleRgb(parseHex('#3b2c20'), clamp(power, 0.15, 1)), haze, air);
    for (let n = 0; n < trunks; n++) {
      const centre = ((n + randomBetween(random, 0.1, 0.9)) / trunks) * aspect;
      const width = randomBetween(random, 0.006, 0.012) * (1 + layer * 1.15);
      const lean = randomBetween(random, -0.05, 0.05);
      const foot = 0.72 + layer * 0.07 + randomBetween(random, -0.01, 0.02);
      const seed = random() * 90;
      paintTrunk(context, {
        centre,
        width,
        lean,
        foot,
        seed,
        bark,
        rim: scaleRgb(light.sun, 0.3 * (1 - air)),
        glowX,
      });
    }
  }
  paintMoss(context, parseHex(autumn ? '#8a5a26' : '#4d6b2a'), lit, power);
  if (sky.time !== 'night' && sky.gloom < 0.5)
    paintShafts(context, scaleRgb(mixRgb(bright, sky.sun, 0.5), power), glowX);
}

function paintTrunk(
  context: PaintContext,
  trunk: {
    centre: number;
    width: number;
    lean: number;
    foot: number;
    seed: number;
    bark: Rgb;
    rim: Rgb;
    glowX: number;
  },
): void {
  const { canvas, noise } = context;
  const { data } = canvas;
  forEachRow(context, 0, trunk.foot, (y, row) => {
    const axis = trunk.centre + trunk.lean * (1 - y) + sampleNoise(noise, y * 2.5, trunk.seed) * 0.012;
    const flare = 1 + 0.9 * Math.exp(-(trunk.foot - y) * 22);
    const radius = trunk.width * flare * (0.72 + y * 0.4);
    const { first, end } = getColumns(context, axis - radius * 1.1, axis + radius * 1.1);
    for (let column = first; column < end; column++) {
      const x = (column + 0.5) / canvas.height;
      const across = (x - axis) / radius;
      const inside = smoothstep(1.08, 0.92, Math.abs(across));
      if (inside <= 0) continue;
      const i = (row * canvas.width + column) * 3;
      const furrow = 0.82 + 0.4 * fractal(noise, x * 120, y * 22 + trunk.seed, 3);
      blendPixel(data, i, scaleRgb(trunk.bark, clamp(furrow, 0.3, 1.4)), inside);
      const side = trunk.glowX > trunk.centre ? across : -across;
      addLight(data, i, trunk.rim, inside * smoothstep(0.3, 1, side));
    }
  });
}

/** The ground: moss and ferns, and pools of light on them. */
function paintMoss(context: PaintContext, moss: Rgb, lit: Rgb, power: number): void {
  const { canvas, noise, sky } = context;
  const pools = sampleField(context, { top: 0.66, bottom: 1, step: 3, channels: 1 }, (x, y, out, at) => {
    const open = smoothstep(0.1, 0.5, fractal(noise, x * 2.5, y * 9, 3) + 0.25);
    out[at] = Math.exp(-((x - sky.sunX) ** 2) * 1.6) * open * 0.5;
  });
  const edges = computeColumns(context, (x) => 0.74 + fractal(noise, x * 2.2, 3, 4) * 0.05);
  const ferns = sampleField(
    context,
    { top: 0.66, bottom: 1, step: 3, rowStep: 2, channels: 1 },
    (x, y, out, at) => {
      const near = (y - (edges[getColumn(context, x)] as number)) / 0.26;
      if (near < -0.02) return;
      const fern = fractal(noise, x * (16 - near * 8), y * (26 - near * 10), 4);
      out[at] = clamp(power * (0.5 + fern * 0.6), 0.02, 1.2);
    },
  );
  const dark = scaleRgb(moss, 0);
  forEachRow(context, 0.66, 1, (y, row) => {
    const pool = pools.row(row);
    const fern = ferns.row(row);
    for (let column = 0; column < canvas.width; column++) {
      const depth = y - (edges[column] as number);
      if (depth <= 0) continue;
      const i = (row * canvas.width + column) * 3;
      const amount = smoothstep(0, 0.02, depth);
      blendMix(canvas.data, i, dark, moss, fern[column] as number, amount);
      blendPixel(canvas.data, i, lit, (pool[column] as number) * amount);
    }
  });
}

/** Points of sky between the leaves, out of focus. */
function paintLeafLight(context: PaintContext, colour: Rgb, glowX: number): void {
  const { random, aspect } = context;
  for (let n = 0; n < 240; n++) {
    const x = random() * aspect;
    const y = random() ** 1.3 * 0.66;
    const near = Math.exp(-((x - glowX) ** 2) * 1.4);
    addDisc(
      context,
      x,
      y,
      randomBetween(random, 0.008, 0.03),
      colour,
      randomBetween(random, 0.02, 0.34) * (0.25 + near),
    );
  }
}

function paintShafts(context: PaintContext, colour: Rgb, glowX: number): void {
  const { noise } = context;
  addSmoothLight(context, { top: 0, bottom: 0.95, step: 4 }, (x, y, out, at) => {
    const angle = Math.atan2(x - glowX, y + 0.35);
    const beam = smoothstep(
      0.05,
      0.6,
      sampleNoise(noise, angle * 13, 5.5) + 0.25 * sampleNoise(noise, angle * 40, 2.5),
    );
    const fade = Math.exp(-Math.abs(angle) * 2.1) * smoothstep(1, 0.25, y) * smoothstep(-0.1, 0.25, y);
    addLight(out, at, colour, beam * fade * 0.34);
  });
}
