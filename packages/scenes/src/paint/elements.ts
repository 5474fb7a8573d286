import {
  clamp,
  fractal,
  mixRgb,
  parseHex,
  type Rgb,
  randomBetween,
  ridged,
  sampleNoise,
  scaleRgb,
  smoothstep,
} from '@restage/pixels';
import { colours } from '../vocabulary.ts';
import { addDisc, addLight, addSmoothLight, type PaintContext, paintSmooth, setPixel } from './context.ts';

/** A wall of flame that thins upwards, sparks, smoke lit from below. */
export function paintFire(context: PaintContext): void {
  const { noise, random, aspect } = context;
  const shift = random() * 90;
  paintSmooth(context, { top: 0, bottom: 1, step: 4 }, (x, y, out, at) => {
    const up = 1 - y;
    const bend = fractal(noise, x * 1.5, y * 1.3 + shift, 3) * 0.35;
    const lick = ridged(noise, x * 2.1 + bend, y * 1.1 + shift + bend, 5);
    const detail = ridged(noise, x * 5 + bend * 3, y * 2.2 + shift * 1.3, 4);
    const heat = clamp((lick * 0.75 + detail * 0.4) * 1.25 - up * 0.95 - 0.16, 0, 1);
    const smoke = clamp(0.5 + fractal(noise, x * 1.8, y * 1.6 + shift, 4) * 0.8, 0, 1) * Math.exp(-up * 1.6);
    const body = heat * heat;
    setPixel(
      out,
      at,
      0.05 * smoke + body * 2.6 + heat * 0.32,
      0.013 * smoke + body * 1.05 + heat * 0.05,
      0.006 * smoke + body * body * 0.55,
    );
  });
  for (let n = 0; n < 130; n++) {
    const size = random() ** 5 * 0.009 + 0.0014;
    addDisc(
      context,
      random() * aspect,
      random() ** 0.7,
      size,
      parseHex('#ff8a2a'),
      randomBetween(random, 0.5, 1.6),
    );
  }
}

/** A nebula in two colours before a field of stars. */
export function paintSpace(context: PaintContext): void {
  const { canvas, noise, random, aspect, parsed } = context;
  const first = parseHex(parsed.colours[0] === undefined ? '#5b3ff0' : colours[parsed.colours[0]]);
  const second = parseHex(parsed.colours[1] === undefined ? '#ff5a8a' : colours[parsed.colours[1]]);
  const shift = random() * 90;
  const tilt = randomBetween(random, -0.6, 0.6);
  paintSmooth(context, { top: 0, bottom: 1, step: 4 }, (x, y, out, at) => {
    const u = x * 1.3 + shift;
    const v = y * 1.3 + shift;
    const bend = fractal(noise, u, v, 4);
    const gas = fractal(noise, u * 1.2 + bend * 1.5, v * 1.2 - bend * 1.2, 6);
    const lanes = ridged(noise, u * 1.8 + bend, v * 1.8 + bend, 5);
    const axis = y - 0.5 - (x - aspect / 2) * tilt;
    const band = Math.exp(-axis * axis * 7);
    const glow = clamp(0.28 + gas * 0.9, 0, 1) ** 1.6 * (0.3 + band);
    const tint = mixRgb(first, second, smoothstep(-0.35, 0.45, bend + axis));
    const dust = 1 - smoothstep(0.72, 0.95, lanes) * 0.75 * band;
    setPixel(
      out,
      at,
      (tint[0] * glow * 0.75 + 0.004) * dust,
      (tint[1] * glow * 0.75 + 0.005) * dust,
      (tint[2] * glow * 0.75 + 0.012) * dust,
    );
    addLight(out, at, [1, 0.92, 0.85], clamp(gas - 0.15, 0, 1) * band * 0.35);
  });
  for (let n = 0; n < 1300; n++) {
    const brightness = random() ** 9;
    const at =
      (Math.floor(random() * canvas.height) * canvas.width + Math.floor(random() * canvas.width)) * 3;
    addLight(
      canvas.data,
      at,
      mixRgb(parseHex('#ffd2a6'), parseHex('#b8d0ff'), random()),
      0.1 + brightness * 1.4,
    );
    if (brightness > 0.35)
      addDisc(
        context,
        ((at / 3) % canvas.width) / canvas.height,
        Math.floor(at / 3 / canvas.width) / canvas.height,
        0.0035,
        [0.8, 0.9, 1],
        brightness,
      );
  }
}

/** Blue water lit from the surface: shafts, caustics above, motes. */
export function paintUnderwater(context: PaintContext): void {
  const { noise, random, aspect, sky } = context;
  const night = sky.time === 'night' ? 0.3 : 1;
  const top: Rgb = scaleRgb(parseHex('#5fd3e6'), night);
  const middle = scaleRgb(parseHex('#0f7fb0'), night);
  const deep = scaleRgb(parseHex('#062a4f'), night);
  const sourceX = aspect * randomBetween(random, 0.35, 0.65);
  paintSmooth(context, { top: 0, bottom: 1, step: 4 }, (x, y, out, at) => {
    const base =
      y < 0.4 ? mixRgb(top, middle, smoothstep(0, 0.4, y)) : mixRgb(middle, deep, smoothstep(0.4, 1, y));
    setPixel(out, at, base[0] * 0.8, base[1] * 0.8, base[2] * 0.8);
    const angle = Math.atan2(x - sourceX, y + 0.5);
    const beam = smoothstep(
      -0.1,
      0.6,
      sampleNoise(noise, angle * 11, 3.3) + 0.4 * sampleNoise(noise, angle * 27, 7.1),
    );
    addLight(out, at, top, beam * Math.exp(-Math.abs(angle) * 2) * Math.exp(-y * 1.7) * 0.7);
  });
  addSmoothLight(context, { top: 0, bottom: 0.6, step: 3, rowStep: 2 }, (x, y, out, at) => {
    const caustic = smoothstep(0.78, 1, ridged(noise, x * 4, y * 16, 3));
    addLight(out, at, [0.9, 1, 1], caustic * Math.exp(-y * 11) * 0.9 * night);
  });
  const sand = mixRgb(middle, parseHex('#c9b78a'), 0.4);
  addSmoothLight(context, { top: 0.75, bottom: 1, step: 3, rowStep: 2 }, (x, y, out, at) => {
    const floor = smoothstep(0.82, 1, y + fractal(noise, x * 2, 3, 3) * 0.06);
    const caustic = smoothstep(0.6, 0.9, ridged(noise, x * 5, y * 12, 3));
    addLight(out, at, sand, floor * (0.14 + 0.12 * caustic) * night);
  });
  for (let n = 0; n < 90; n++)
    addDisc(
      context,
      random() * aspect,
      random(),
      random() ** 3 * 0.011 + 0.0016,
      top,
      randomBetween(random, 0.05, 0.3),
    );
}
