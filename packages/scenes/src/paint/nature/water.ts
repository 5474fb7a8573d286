import { clamp, fractal, mixRgb, parseHex, type Rgb, scaleRgb, smoothstep } from '@restage/pixels';
import { addLight, blendPixel, forEachPixel, type PaintContext } from '../context.ts';
import { getGroundLight } from './land.ts';
import { paintSky } from './sky.ts';

/** The open sea: the sky reflected in waves that grow towards the viewer, and the sun's path on them. */
export function paintSea(context: PaintContext): void {
  const horizon = 0.5;
  paintSky(context, horizon);
  paintWater(context, horizon, 1);
}

/** A shore: sea behind, foam, wet sand, dry sand in front. */
export function paintBeach(context: PaintContext): void {
  const horizon = 0.47;
  paintSky(context, horizon);
  paintWater(context, horizon, 0.86);
  const { canvas, noise, sky } = context;
  const light = getGroundLight(context);
  const sand = parseHex('#dcbf8f');
  const shade = (facing: number, colour: Rgb): Rgb => [
    colour[0] * (light.shade[0] + light.sun[0] * facing),
    colour[1] * (light.shade[1] + light.sun[1] * facing),
    colour[2] * (light.shade[2] + light.sun[2] * facing),
  ];
  forEachPixel(context, 0.6, 1, (x, y, i) => {
    const shore = 0.73 + fractal(noise, x * 1.3, 8, 3) * 0.05;
    const depth = y - shore;
    const froth = fractal(noise, x * 24, y * 60, 4) * 0.5 + 0.5;
    const foam =
      Math.exp(-((depth + 0.004) ** 2) / 0.00012) +
      0.5 * Math.exp(-((depth + 0.05) ** 2) / 0.00008) * smoothstep(0.4, 0.7, froth);
    const wet = smoothstep(0.11, 0, depth);
    const grain = fractal(noise, x * 40, y * 70, 3) * 0.12 + fractal(noise, x * 5, y * 12, 3) * 0.2;
    const dry = shade(clamp(0.6 + grain, 0, 1.2), mixRgb(sand, scaleRgb(sand, 0.42), wet * 0.8));
    const mirrored = mixRgb(dry, sky.middle, wet * 0.35);
    blendPixel(canvas.data, i, mirrored, smoothstep(-0.003, 0.004, depth));
    blendPixel(canvas.data, i, shade(0.75, parseHex('#f4f7f8')), clamp(foam * (0.4 + froth * 0.6), 0, 0.9));
  });
}

/** Water from `horizon` down to `bottom`, reflecting what is painted above. */
function paintWater(context: PaintContext, horizon: number, bottom: number): void {
  const { canvas, noise, sky, aspect } = context;
  const above = canvas.data.slice(0, Math.ceil(horizon * canvas.height) * canvas.width * 3);
  const rows = Math.floor(horizon * canvas.height) - 1;
  const body = scaleRgb(
    mixRgb(parseHex('#0e3a4c'), sky.ambient, 0.35),
    { day: 0.8, golden: 0.5, dawn: 0.5, sunset: 0.35, dusk: 0.28, night: 0.1 }[sky.time],
  );
  const mirror = (x: number, y: number, channel: number) => {
    const column = clamp(Math.round(x * canvas.height), 0, canvas.width - 1);
    const row = clamp(Math.round(y * canvas.height), 0, rows);
    return above[(row * canvas.width + column) * 3 + channel] as number;
  };
  forEachPixel(context, horizon, bottom, (x, y, i) => {
    const near = (y - horizon) / (1 - horizon);
    const depth = 1 / (near + 0.025);
    const u = (x - aspect / 2) * depth;
    const swell = fractal(noise, u * 1.1, depth * 3.2, 3);
    const ripple = fractal(noise, u * 4.2 + swell, depth * 13 + swell * 2, 4);
    const slope = swell * 0.55 + ripple * 0.75;
    const grazing = clamp(0.86 - near * 0.42 - slope * 0.5, 0.12, 0.95);
    const sampleY = horizon - (y - horizon) * 0.95 - Math.abs(slope) * (0.05 + near * 0.3);
    const sampleX = x + slope * 0.05;
    const data = canvas.data;
    for (let channel = 0; channel < 3; channel++) {
      const base = body[channel as 0 | 1 | 2] * (0.75 + slope * 0.6);
      data[i + channel] = base + (mirror(sampleX, sampleY, channel) - base) * grazing;
    }
    const away = (x - sky.sunX) / (0.035 + near * 0.16);
    const glitter = smoothstep(0.1, 0.5, ripple + swell * 0.4) * Math.exp(-away * away);
    addLight(data, i, sky.sun, glitter * sky.glow * (sky.sunHeight > -0.02 ? 1.1 : 0.15));
    blendPixel(data, i, sky.horizon, Math.exp(-near * 26) * 0.5);
  });
}
