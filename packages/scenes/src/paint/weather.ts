import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  type Rgb,
  randomBetween,
  scaleRgb,
  smoothstep,
} from '@restage/pixels';
import {
  addDisc,
  addLight,
  blendPixel,
  forEachRow,
  getColumns,
  type PaintContext,
  sampleField,
  tabulate,
} from './context.ts';

/** Whether the weather has details that are in focus, finer than the scene: drops, flakes, lightning. */
export function hasFineWeather({ weathers }: PaintContext['parsed']): boolean {
  return weathers.some((weather) => weather === 'storm' || weather === 'rain' || weather === 'snow');
}

/** Paints the weather over the finished scene: fog, rain, snow, lightning. */
export function paintWeather(context: PaintContext): void {
  const has = (weather: PaintContext['parsed']['weathers'][number]) =>
    context.parsed.weathers.includes(weather);
  if (has('storm')) paintLightning(context);
  if (has('fog')) paintFog(context);
  if (has('rain') || has('storm')) paintRain(context);
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

function paintRain(context: PaintContext): void {
  const { canvas, noise, sky } = context;
  const colour = mixRgb(sky.horizon, parseHex('#cfd8e2'), 0.5);
  const power = sky.time === 'night' ? 0.08 : 0.2;
  // Streaks fall aslant: in rows that are shifted along with them, they are upright, and change slowly downwards.
  const lean = 0.13;
  const samplesPerPixel = 2;
  const unit = 1 / (canvas.height * samplesPerPixel);
  const count = Math.ceil((canvas.width + canvas.height * lean + 2) * samplesPerPixel);
  const farShifts = Float64Array.from({ length: count }, (_, n) => noise(n * unit * 90, 1) * 4);
  const nearShifts = Float64Array.from({ length: count }, (_, n) => noise(n * unit * 40, 6) * 5);
  const sampleRow = (y: number, out: Float32Array) => {
    for (let n = 0; n < count; n++) {
      const far = noise(n * unit * 210, y * 6.5 + (farShifts[n] as number));
      const near = noise(n * unit * 70, y * 2.2 + (nearShifts[n] as number));
      out[n] = (smoothstep(0.5, 0.85, far) * 0.6 + smoothstep(0.62, 0.9, near)) * power;
    }
    return out;
  };
  const spacing = 1 / 36;
  let above = sampleRow(0, new Float32Array(count));
  let below = sampleRow(spacing, new Float32Array(count));
  let sampled = 1;
  forEachRow(context, 0, 1, (y, row) => {
    while (sampled * spacing < y) [above, below] = [below, sampleRow(++sampled * spacing, above)];
    const down = y / spacing - (sampled - 1);
    const start = 0.5 * samplesPerPixel + y * lean * canvas.height * samplesPerPixel;
    const part = start - Math.floor(start);
    const interpolate = (n: number) =>
      (above[n] as number) + ((below[n] as number) - (above[n] as number)) * down;
    let i = row * canvas.width * 3;
    let n = Math.floor(start);
    for (let column = 0; column < canvas.width; column++, i += 3, n += samplesPerPixel) {
      const left = interpolate(n);
      const amount = left + (interpolate(n + 1) - left) * part;
      if (amount > 0) addLight(canvas.data, i, colour, amount);
    }
  });
}

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
  const glows = tabulate(0, 0.5, 512, (distance) => 0.14 * Math.exp(-distance * 16));
  forEachRow(context, 0, 0.52, (y, row) => {
    for (const branch of [0, -0.5, 0.7]) {
      if (branch !== 0 && (y < 0.16 || y > 0.4)) continue;
      const centre = path(y, branch);
      const power = branch === 0 ? 1 : 0.35 * smoothstep(0.4, 0.2, y);
      const { first, end } = getColumns(context, centre - 0.5, centre + 0.5);
      for (let column = first; column < end; column++) {
        const distance = Math.abs((column + 0.5) / canvas.height - centre);
        const bolt = distance < 0.0035 ? smoothstep(0.0035, 0.001, distance) * 2.4 : 0;
        const light = power * (bolt + glows(distance));
        addLight(canvas.data, (row * canvas.width + column) * 3, boltColour, light);
      }
    }
  });
}
