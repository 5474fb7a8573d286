import type { Rgb } from './srgb.ts';

/** Lightness 0…1, green–red and blue–yellow: Björn Ottosson's OKLab (2020). */
export type Lab = readonly [number, number, number];

export function rgbToLab([r, g, b]: Rgb): Lab {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** `** 3` would be a call that takes ten times as long. */
function cube(value: number): number {
  return value * value * value;
}

/** Linear light, which may lie outside 0…1 for colours that a display can't show. */
function labToRgb(lightness: number, a: number, b: number): Rgb {
  const l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const s = cube(lightness - 0.0894841775 * a - 1.291485548 * b);
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** Fits a colour into the display's gamut: keeps lightness and hue, and lowers chroma until it fits. */
export function fitToGamut(lab: Lab): Rgb {
  const lightness = Math.min(1, Math.max(0, lab[0]));
  const [, a, b] = lab;
  if (fits(lightness, a, b)) return clip(labToRgb(lightness, a, b));
  let low = 0;
  let high = 1;
  for (let i = 0; i < 10; i++) {
    const middle = (low + high) / 2;
    if (fits(lightness, a * middle, b * middle)) low = middle;
    else high = middle;
  }
  return clip(labToRgb(lightness, a * low, b * low));
}

function fits(lightness: number, a: number, b: number): boolean {
  const rgb = labToRgb(lightness, a, b);
  return Math.min(rgb[0], rgb[1], rgb[2]) >= -1e-4 && Math.max(rgb[0], rgb[1], rgb[2]) <= 1.0001;
}

function clip([r, g, b]: Rgb): Rgb {
  return [Math.min(1, Math.max(0, r)), Math.min(1, Math.max(0, g)), Math.min(1, Math.max(0, b))];
}
