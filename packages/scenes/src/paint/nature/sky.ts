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
import { addLight, blendPixel, forEachPixel, type PaintContext, setPixel } from '../context.ts';

/** Paints the sky down to `horizon` (0 top … 1 bottom): gradient, stars, sun or moon and its glow, clouds. */
export function paintSky(context: PaintContext, horizon: number): void {
  paintGradient(context, horizon);
  if (context.sky.stars > 0) paintStars(context, horizon);
  paintSun(context, horizon);
  if (context.parsed.weathers.includes('aurora')) paintAurora(context, horizon);
  if (context.sky.cover > 0.05) paintClouds(context, horizon);
}

function paintGradient(context: PaintContext, horizon: number): void {
  const { sky, canvas } = context;
  forEachPixel(context, 0, horizon + 0.02, (x, y, i) => {
    const height = clamp(1 - y / horizon, 0, 1);
    const low = Math.exp(-height * 5.5);
    const high = smoothstep(0.12, 1, height);
    const base = mixRgb(mixRgb(sky.middle, sky.zenith, high), sky.horizon, low);
    setPixel(canvas.data, i, base[0], base[1], base[2]);
    const sunY = horizon * (1 - sky.sunHeight);
    const dx = (x - sky.sunX) * 0.62;
    const dy = y - sunY;
    const near = Math.exp(-(dx * dx + dy * dy) * 9) * 0.55 + Math.exp(-(dx * dx + dy * dy) * 60) * 0.6;
    const band = Math.exp(-dx * dx * 1.6) * Math.exp(-height * 7) * 0.35;
    addLight(canvas.data, i, sky.sun, sky.glow * (near + band) * (1 - sky.gloom * 0.6));
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
  const { sky, canvas } = context;
  if (sky.sunHeight < -0.02 || sky.sunHeight > 1.05 || sky.gloom > 0.4) return;
  const radius = sky.time === 'night' ? 0.034 : 0.03;
  const y0 = horizon * (1 - sky.sunHeight);
  forEachPixel(context, y0 - 0.3, Math.min(horizon, y0 + 0.3), (x, y, i) => {
    const distance = Math.hypot(x - sky.sunX, y - y0);
    const disc = 1 - smoothstep(radius * 0.93, radius * 1.04, distance);
    if (sky.time === 'night') {
      const maria = 0.82 + 0.22 * fractal(context.noise, x * 40, y * 40, 3);
      blendPixel(canvas.data, i, scaleRgb(sky.sun, 1.1 * maria), disc);
      addLight(canvas.data, i, sky.sun, 0.09 * Math.exp(-distance * 14) + 0.12 * Math.exp(-distance * 40));
      return;
    }
    blendPixel(canvas.data, i, scaleRgb(mixRgb(sky.sun, [1, 1, 1], 0.45), 1.6), disc);
    addLight(canvas.data, i, sky.sun, 0.8 * Math.exp(-distance * 26));
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
    const bend = noise(u * 0.55 + 7, v * 0.55 - 3) * 0.45;
    return fractal(noise, u + bend, v * 1.25 + bend, octaves) - threshold;
  };
  forEachPixel(context, 0, horizon, (x, y, i) => {
    const height = 1 - y / horizon;
    const depth = 1 / (height + 0.16);
    const u = (x - context.aspect / 2) * depth * 1.05 + shiftX;
    const v = depth * 1.5 + shiftY;
    const thickness = density(u, v, 6);
    if (thickness <= 0) return;
    const towards = 0.16 * depth;
    const dx = clamp(sky.sunX - x, -0.6, 0.6);
    const dy = clamp(sunY - y, -0.6, 0.6);
    const behind = density(u + dx * towards * 1.4, v - dy * towards * 1.4, 3);
    const shade = clamp(0.5 + (behind - thickness) * -0.0 - behind * 0.55, 0, 1);
    const lit = mixRgb(sky.horizon, mixRgb(sky.sun, [1, 1, 1], sky.time === 'day' ? 0.7 : 0.15), 0.75);
    const silver = Math.exp(-(dx * dx + dy * dy) * 8) * sky.glow;
    const body: Rgb = mixRgb(
      scaleRgb(sky.ambient, 1 - sky.gloom * 0.62),
      scaleRgb(lit, (sky.time === 'night' ? 0.18 : 0.9) * (1 - sky.gloom * 0.7)),
      shade,
    );
    const opacity = smoothstep(0, 0.42, thickness) * smoothstep(0, 0.12, height) * (0.86 + sky.gloom * 0.14);
    blendPixel(canvas.data, i, body, opacity);
    addLight(canvas.data, i, sky.sun, opacity * (1 - smoothstep(0, 0.3, thickness)) * silver * 0.5);
  });
}

function paintAurora(context: PaintContext, horizon: number): void {
  const { canvas, noise, random } = context;
  const green = parseHex('#3dffa2');
  const violet = parseHex('#9a4dff');
  const curtains = [0, 1, 2].map((n) => ({
    base: horizon * (0.72 - n * 0.17),
    drift: random() * 50,
    power: 0.55 - n * 0.12,
  }));
  forEachPixel(context, 0, horizon, (x, y, i) => {
    for (const { base, drift, power } of curtains) {
      const foot = base + fractal(noise, x * 1.1 + drift, drift, 3) * 0.26;
      const above = foot - y;
      if (above < -0.02) continue;
      const rays = 0.55 + 0.45 * noise(x * 22 + noise(x * 3, drift) * 6 + drift, drift + y * 0.6);
      const strength = smoothstep(-0.02, 0.03, above) * Math.exp(-above * 5.5) * rays * power;
      addLight(canvas.data, i, mixRgb(green, violet, clamp(above * 3.2, 0, 1)), Math.max(0, strength));
    }
  });
}
