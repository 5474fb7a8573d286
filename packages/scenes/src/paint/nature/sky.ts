import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  randomBetween,
  sampleNoise,
  scaleRgb,
  smoothstep,
} from '@restage/pixels';
import {
  addLight,
  addSmoothLight,
  blendMix,
  blendPixel,
  forEachRow,
  getColumns,
  lookUp,
  type PaintContext,
  paintSmooth,
  sampleField,
  setPixel,
  tabulate,
} from '../context.ts';

/** Paints the sky down to `horizon` (0 top … 1 bottom): gradient, stars, sun or moon and its glow, clouds. */
export function paintSky(context: PaintContext, horizon: number): void {
  paintGradient(context, horizon);
  if (context.sky.stars > 0) paintStars(context, horizon);
  paintSun(context, horizon);
  if (context.parsed.weathers.includes('aurora')) paintAurora(context, horizon);
  if (context.sky.cover > 0.05) paintClouds(context, horizon);
}

function paintGradient(context: PaintContext, horizon: number): void {
  const { sky } = context;
  const sunY = horizon * (1 - sky.sunHeight);
  const strength = sky.glow * (1 - sky.gloom * 0.6);
  paintSmooth(context, { top: 0, bottom: horizon + 0.02, step: 8 }, (x, y, out, at) => {
    const height = clamp(1 - y / horizon, 0, 1);
    const low = Math.exp(-height * 5.5);
    const high = smoothstep(0.12, 1, height);
    const base = mixRgb(mixRgb(sky.middle, sky.zenith, high), sky.horizon, low);
    setPixel(out, at, base[0], base[1], base[2]);
    const dx = (x - sky.sunX) * 0.62;
    const dy = y - sunY;
    const near = Math.exp(-(dx * dx + dy * dy) * 9) * 0.55 + Math.exp(-(dx * dx + dy * dy) * 60) * 0.6;
    const band = Math.exp(-dx * dx * 1.6) * Math.exp(-height * 7) * 0.35;
    addLight(out, at, sky.sun, strength * (near + band));
  });
}

function paintStars(context: PaintContext, horizon: number): void {
  const { canvas, random, sky } = context;
  const count = Math.round(700 * context.aspect * sky.stars);
  for (let star = 0; star < count; star++) {
    const column = Math.floor(random() * canvas.width);
    const row = Math.floor(random() * horizon * canvas.height);
    const height = 1 - row / (horizon * canvas.height);
    const brightness = random() ** 6 * 1.1 + 0.04;
    const tint = mixRgb(parseHex('#ffd9b0'), parseHex('#bcd2ff'), random());
    const i = (row * canvas.width + column) * 3;
    addLight(canvas.data, i, tint, brightness * smoothstep(0, 0.35, height));
    if (brightness > 0.5 && column + 1 < canvas.width) addLight(canvas.data, i + 3, tint, brightness * 0.4);
  }
}

function paintSun(context: PaintContext, horizon: number): void {
  const { sky, canvas, noise } = context;
  if (sky.sunHeight < -0.02 || sky.sunHeight > 1.05 || sky.gloom > 0.4) return;
  const isMoon = sky.time === 'night';
  const radius = isMoon ? 0.034 : 0.03;
  const y0 = horizon * (1 - sky.sunHeight);
  const face = isMoon ? scaleRgb(sky.sun, 1.1) : scaleRgb(mixRgb(sky.sun, [1, 1, 1], 0.45), 1.6);
  const { first, end } = getColumns(context, sky.sunX - 0.4, sky.sunX + 0.4);
  forEachRow(context, y0 - 0.3, Math.min(horizon, y0 + 0.3), (y, row) => {
    for (let column = first; column < end; column++) {
      const i = (row * canvas.width + column) * 3;
      const x = (column + 0.5) / canvas.height;
      const distance = Math.sqrt((x - sky.sunX) ** 2 + (y - y0) ** 2);
      const disc = 1 - smoothstep(radius * 0.93, radius * 1.04, distance);
      if (disc > 0) {
        const maria = isMoon ? 0.82 + 0.22 * fractal(noise, x * 40, y * 40, 3) : 1;
        blendPixel(canvas.data, i, scaleRgb(face, maria), disc);
      }
      const glow = isMoon
        ? 0.09 * Math.exp(-distance * 14) + 0.12 * Math.exp(-distance * 40)
        : 0.8 * Math.exp(-distance * 26);
      addLight(canvas.data, i, sky.sun, glow);
    }
  });
}

/** Clouds lie on a plane overhead, so they get smaller and denser towards the horizon. */
function paintClouds(context: PaintContext, horizon: number): void {
  const { sky, canvas, noise, random } = context;
  const shiftX = randomBetween(random, 0, 60);
  const shiftY = randomBetween(random, 0, 60);
  const threshold = 0.42 - sky.cover * 0.82;
  const sunY = horizon * (1 - sky.sunHeight);
  const density = (u: number, v: number, octaves: number) => {
    const bend = sampleNoise(noise, u * 0.55 + 7, v * 0.55 - 3) * 0.45;
    return fractal(noise, u + bend, v * 1.25 + bend, octaves) - threshold;
  };
  /** Thickness, how much of the sun's light comes through, and the bright rim around the sun. */
  const sampleCloud = (x: number, y: number, out: Float32Array, at: number) => {
    const depth = 1 / (Math.max(0, 1 - y / horizon) + 0.16);
    const u = (x - context.aspect / 2) * depth * 1.05 + shiftX;
    const v = depth * 1.5 + shiftY;
    const thickness = density(u, v, 6);
    out[at] = thickness;
    // Samples just outside a cloud count for pixels at its edge.
    if (thickness <= -0.2) return;
    const towards = 0.16 * depth * 1.4;
    const dx = clamp(sky.sunX - x, -0.6, 0.6);
    const dy = clamp(sunY - y, -0.6, 0.6);
    out[at + 1] = clamp(0.5 - density(u + dx * towards, v - dy * towards, 3) * 0.55, 0, 1);
    out[at + 2] = Math.exp(-(dx * dx + dy * dy) * 8) * sky.glow * 0.5;
  };
  const lit = mixRgb(sky.horizon, mixRgb(sky.sun, [1, 1, 1], sky.time === 'day' ? 0.7 : 0.15), 0.75);
  const shadow = scaleRgb(sky.ambient, 1 - sky.gloom * 0.62);
  const light = scaleRgb(lit, (sky.time === 'night' ? 0.18 : 0.9) * (1 - sky.gloom * 0.7));
  // Far clouds are flat, so that each row there differs from the next.
  const far = horizon * 0.66;
  const near = sampleField(context, { top: 0, bottom: far, step: 5, channels: 3 }, sampleCloud);
  const flat = sampleField(
    context,
    { top: far, bottom: horizon, step: 6, rowStep: 2, channels: 3 },
    sampleCloud,
  );
  const opaque = 0.42;
  const opacities = tabulate(0, opaque, 512, (thickness) => smoothstep(0, opaque, thickness));
  const rims = tabulate(0, opaque, 512, (thickness) => 1 - smoothstep(0, 0.3, thickness));
  forEachRow(context, 0, horizon, (y, row) => {
    const cloud = (y < far ? near : flat).row(row);
    const body = smoothstep(0, 0.12, 1 - y / horizon) * (0.86 + sky.gloom * 0.14);
    let i = row * canvas.width * 3;
    for (let at = 0; at < cloud.length; at += 3, i += 3) {
      const thickness = cloud[at] as number;
      if (thickness <= 0) continue;
      const isOpaque = thickness >= opaque;
      const opacity = isOpaque ? body : lookUp(opacities, thickness) * body;
      blendMix(canvas.data, i, shadow, light, cloud[at + 1] as number, opacity);
      if (isOpaque) continue;
      const rim = (cloud[at + 2] as number) * lookUp(rims, thickness);
      if (rim > 0) addLight(canvas.data, i, sky.sun, opacity * rim);
    }
  });
}

function paintAurora(context: PaintContext, horizon: number): void {
  const { noise, random } = context;
  const green = parseHex('#3dffa2');
  const violet = parseHex('#9a4dff');
  const curtains = [0, 1, 2].map((n) => ({
    base: horizon * (0.72 - n * 0.17),
    drift: random() * 50,
    power: 0.55 - n * 0.12,
  }));
  for (const { base, drift, power } of curtains) {
    addSmoothLight(context, { top: 0, bottom: horizon, step: 3 }, (x, y, out, at) => {
      const above = base + fractal(noise, x * 1.1 + drift, drift, 3) * 0.26 - y;
      if (above < -0.02) return;
      const rays =
        0.55 +
        0.45 * sampleNoise(noise, x * 22 + sampleNoise(noise, x * 3, drift) * 6 + drift, drift + y * 0.6);
      const strength = smoothstep(-0.02, 0.03, above) * Math.exp(-above * 5.5) * rays * power;
      addLight(out, at, mixRgb(green, violet, clamp(above * 3.2, 0, 1)), Math.max(0, strength));
    });
  }
}
