import {
  type Block,
  clamp,
  createSharedArenaFactory,
  f32,
  f32x4,
  fractal,
  type Grid,
  i32,
  kernel,
  loop,
  mixRgb,
  parseHex,
  type Rgb,
  randomBetween,
  sampleNoise,
  scaleRgb,
  smoothstep,
  type Value,
} from '@restage/pixels';
import type { Place } from '../vocabulary.ts';
import {
  addDisc,
  addLight,
  blendPixel,
  forEachRow,
  getColumns,
  type PaintContext,
  sampleField,
} from './context.ts';

/** Whether the weather has details that are in focus, finer than the scene: drops, flakes, lightning. */
export function hasFineWeather({ weathers }: PaintContext['parsed']): boolean {
  return weathers.some((weather) => weather === 'storm' || weather === 'rain' || weather === 'snow');
}

/** Places so dark or plain that rain is most of what shows; they take little time themselves. */
const plainPlaces: readonly (Place | undefined)[] = ['space', 'stage', 'fire', 'studio'];

/** Paints the weather over the finished scene: fog, rain, snow, lightning. */
export function paintWeather(context: PaintContext): void {
  const has = (weather: PaintContext['parsed']['weathers'][number]) =>
    context.parsed.weathers.includes(weather);
  if (has('storm')) paintLightning(context);
  if (has('fog')) paintFog(context);
  if (has('rain') || has('storm')) paintRain(context, plainPlaces.includes(context.parsed.places[0]) ? 3 : 2);
  if (has('snow')) paintSnow(context);
}

function paintFog(context: PaintContext): void {
  const { canvas, noise, sky } = context;
  const colour: Rgb = mixRgb(sky.horizon, sky.ambient, 0.45);
  const fog = sampleField(context, { top: 0, bottom: 1, step: 4, channels: 1 }, (x, y, out, at) => {
    const drift = fractal(noise, x * 1.3, y * 3.2, 5) * 0.5;
    const bank = Math.exp(-((y - 0.62) ** 2) * 9);
    out[at] = clamp(0.3 + bank * 0.5 + drift * 0.7, 0.05, 0.93);
  });
  forEachRow(context, 0, 1, (_y, row) => {
    const amounts = fog.row(row);
    const start = row * canvas.width * 3;
    for (let column = 0; column < canvas.width; column++)
      blendPixel(canvas.data, start + column * 3, colour, amounts[column] as number);
  });
}

/** Paints rain, from so many samples across each pixel. */
function paintRain(context: PaintContext, samplesPerPixel: number): void {
  const { canvas, noise, sky } = context;
  const colour = mixRgb(sky.horizon, parseHex('#cfd8e2'), 0.5);
  const power = sky.time === 'night' ? 0.08 : 0.2;
  // Streaks fall aslant: in rows that are shifted along with them, they are upright, and change slowly downwards.
  const lean = 0.13;
  const unit = 1 / (canvas.height * samplesPerPixel);
  const count = Math.ceil((canvas.width + canvas.height * lean + 2) * samplesPerPixel);
  const farShifts = Float64Array.from({ length: count }, (_, n) => sampleNoise(noise, n * unit * 90, 1) * 4);
  const nearShifts = Float64Array.from({ length: count }, (_, n) => sampleNoise(noise, n * unit * 40, 6) * 5);
  const sampleRow = (y: number, { view }: Block<Float32Array>) => {
    for (let n = 0; n < count; n++) {
      const far = sampleNoise(noise, n * unit * 210, y * 6.5 + (farShifts[n] as number));
      const near = sampleNoise(noise, n * unit * 70, y * 2.2 + (nearShifts[n] as number));
      view[n] = (smoothstep(0.5, 0.85, far) * 0.6 + smoothstep(0.62, 0.9, near)) * power;
    }
  };
  const floats = canvas.width * 3;
  const { kernels, ...arena } = rainArena((count * 2 + floats + 6) * 4 + 128);
  let [above, below] = [arena.floats(count), arena.floats(count)];
  const [light, shares, tint] = [arena.floats(floats), arena.floats(2), arena.floats(4)];
  tint.view.set([...colour, 0]);
  const spacing = 1 / 36;
  sampleRow(0, above);
  sampleRow(spacing, below);
  let sampled = 1;
  forEachRow(context, 0, 1, (y, row) => {
    for (; sampled * spacing < y; sampled++) {
      [above, below] = [below, above];
      sampleRow((sampled + 1) * spacing, below);
    }
    const start = 0.5 * samplesPerPixel + y * lean * canvas.height * samplesPerPixel;
    const first = Math.floor(start);
    shares.view.set([y / spacing - (sampled - 1), start - first]);
    light.view.set(canvas.data.subarray(row * floats, (row + 1) * floats));
    kernels.addStreaks({
      above: above.at + first * 4,
      below: below.at + first * 4,
      shares: shares.at,
      tint: tint.at,
      light: light.at,
      width: canvas.width,
      step: samplesPerPixel * 4,
    });
    canvas.data.set(light.view, row * floats);
  });
}

/**
 * Adds the light of streaks to a row of pixels. `above` and `below` are the addresses of the row's first sample in the
 * rows of samples around it, and the samples of two pixels are `step` bytes apart; `shares` is the address of the shares
 * of the row below and of the next sample, and `tint` that of the streaks' colour and a zero.
 */
const addStreaks = kernel(
  ['above', 'below', 'shares', 'tint', 'light', 'width', 'step'],
  ({ arguments: { above, below, shares, tint, light, width, step }, locals }) => {
    const [x, at, pixel] = locals('i32', 3);
    const [left, right] = locals('f32', 2);
    const mixed = (from: Value<'f32'>, to: Value<'f32'>, share: number) =>
      f32.add(from, f32.mul(f32.sub(to, from), f32.load(shares, share * 4)));
    const sample = (offset: number) =>
      mixed(f32.load(i32.add(above, at), offset), f32.load(i32.add(below, at), offset), 0);
    const amount = f32x4.splat(mixed(left, right, 1));
    return [
      at.set(i32.const(0)),
      pixel.set(light),
      loop(x, i32.const(0), width, 1, [
        left.set(sample(0)),
        right.set(sample(4)),
        f32x4.store(pixel, f32x4.add(f32x4.load(pixel), f32x4.mul(f32x4.load(tint), amount))),
        at.set(i32.add(at, step)),
        pixel.set(i32.add(pixel, i32.const(12))),
      ]),
    ];
  },
);
const rainArena = createSharedArenaFactory({ addStreaks });

function paintSnow(context: PaintContext): void {
  const { random, aspect, sky } = context;
  const bright = { dawn: 0.7, day: 0.8, golden: 0.75, sunset: 0.6, dusk: 0.4, night: 0.3 }[sky.time];
  const colour = scaleRgb(mixRgb([1, 1, 1], sky.horizon, 0.25), bright);
  for (let flake = 0; flake < 620; flake++) {
    const near = random() ** 5;
    addDisc(
      context,
      random() * aspect,
      random(),
      0.0016 + near * 0.014,
      colour,
      randomBetween(random, 0.3, 0.9) * (1 - near * 0.6),
    );
  }
}

const boltColour: Rgb = [0.72, 0.78, 1];

/** One forked bolt from the cloud to the horizon, and its glow. */
function paintLightning(context: PaintContext): void {
  const { canvas, noise, random, sky, aspect } = context;
  if (sky.time === 'day') return;
  const x0 = aspect * (sky.sunX > aspect / 2 ? 0.24 : 0.76);
  const seed = random() * 90;
  const path = (y: number, branch: number) =>
    x0 +
    fractal(noise, y * 5 + branch * 9, seed, 5) * (0.1 + branch * 0.05) +
    branch * Math.max(0, y - 0.16) * 0.5;
  forEachRow(context, 0, 0.52, (y, row) => {
    for (const branch of [0, -0.5, 0.7]) {
      if (branch !== 0 && (y < 0.16 || y > 0.4)) continue;
      const centre = path(y, branch);
      const power = branch === 0 ? 1 : 0.35 * smoothstep(0.4, 0.2, y);
      // It fades where the bolt and its branches begin and end, so that no edge shows.
      const spread = branch === 0 ? smoothstep(0.52, 0.42, y) : smoothstep(0.16, 0.22, y);
      addGlow(canvas, row, centre, power * spread * 0.14);
      const { first, end } = getColumns(context, centre - 0.0035, centre + 0.0035);
      for (let column = first; column < end; column++) {
        const distance = Math.abs((column + 0.5) / canvas.height - centre);
        const light = power * smoothstep(0.0035, 0.001, distance) * 2.4;
        addLight(canvas.data, (row * canvas.width + column) * 3, boltColour, light);
      }
    }
  });
}

/** Adds light of the bolt's colour to a row, which fades exponentially to both sides of a position. */
function addGlow({ width, height, data }: Grid, row: number, centre: number, power: number): void {
  const fade = Math.exp(-16 / height);
  const middle = clamp(Math.ceil(centre * height - 0.5), 0, width);
  const reach = Math.round(height / 2);
  for (const [from, end, step] of [
    [middle, Math.min(width, middle + reach), 1],
    [middle - 1, Math.max(0, middle - reach) - 1, -1],
  ] as const) {
    let light = power * Math.exp(-16 * Math.abs((from + 0.5) / height - centre));
    for (let column = from; column !== end; column += step, light *= fade)
      addLight(data, (row * width + column) * 3, boltColour, light);
  }
}
