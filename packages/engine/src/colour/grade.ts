import { clamp, mix } from '../math/scalar.ts';
import type { Reading } from '../scene/reading.ts';
import { colours } from '../scene/vocabulary.ts';
import { labFromRgb } from './oklab.ts';
import { hex } from './srgb.ts';
import type { LabMap } from './transfer.ts';

/** A grade's dials; all zero is no grade. */
interface Dials {
  /** Added to lightness at mid grey. */
  exposure: number;
  contrast: number;
  /** −1 is monochrome. */
  saturation: number;
  /** Towards amber above zero, towards blue below; in OKLab units, as `tint`. */
  warmth: number;
  /** Blacks lifted to this lightness. */
  fade: number;
  /** Shadows towards teal, highlights towards orange. */
  split: number;
  tintA: number;
  tintB: number;
}

/**
 * The grade that a reading asks for. Over a painted plate, places and times are in the plate already and
 * only light and mood words count; over a reference image (`whole`) time, weather and colour words count too.
 * @returns undefined when nothing in the reading changes the grade.
 */
export function gradeOf(reading: Reading, whole: boolean): LabMap | undefined {
  const dials: Dials = {
    exposure: 0,
    contrast: 0,
    saturation: 0,
    warmth: 0,
    fade: 0,
    split: 0,
    tintA: 0,
    tintB: 0,
  };
  const turn = (change: Partial<Dials>) => {
    for (const [dial, by] of Object.entries(change) as [keyof Dials, number][]) dials[dial] += by;
  };
  for (const mood of reading.moods) turn(moodDials[mood]);
  for (const light of reading.lights) turn(lightDials[light] ?? {});
  if (whole) {
    if (reading.time !== undefined) turn(timeDials[reading.time]);
    for (const weather of reading.weathers) turn(weatherDials[weather] ?? {});
    for (const name of reading.colours) {
      const [, a, b] = labFromRgb(hex(colours[name]));
      turn({ tintA: (a * 0.3) / reading.colours.length, tintB: (b * 0.3) / reading.colours.length });
    }
  }
  const strength = reading.strength === 'strong' ? 1.4 : reading.strength === 'subtle' ? 0.5 : 1;
  for (const dial of Object.keys(dials) as (keyof Dials)[]) dials[dial] *= strength;
  return Object.values(dials).every((value) => value === 0) ? undefined : mapOf(dials);
}

function mapOf(dials: Dials): LabMap {
  const saturation = Math.max(0, 1 + dials.saturation);
  const contrast = clamp(1 + dials.contrast, 0.5, 1.8);
  return ([l, a, b]) => {
    const lifted = l <= 0 ? 0 : l >= 1 ? 1 : l ** Math.max(0.4, 1 - dials.exposure * 2.2);
    const centred = lifted - 0.5;
    const curved = clamp(0.5 + (centred * contrast) / (1 + (contrast - 1) * 2 * Math.abs(centred)), 0, 1);
    const lightness = mix(dials.fade, 1 - dials.fade * 0.25, curved);
    const middle = Math.min(1, lightness / 0.35) * Math.min(1, (1 - lightness) / 0.15);
    const side = (lightness - 0.5) * dials.split;
    return [
      lightness,
      a * saturation + (dials.tintA + dials.warmth * 0.25 + side * 0.35) * middle,
      b * saturation + (dials.tintB + dials.warmth + side) * middle,
    ];
  };
}

const moodDials: Record<Reading['moods'][number], Partial<Dials>> = {
  cinematic: { contrast: 0.18, split: 0.09, saturation: -0.06 },
  vintage: { fade: 0.09, saturation: -0.3, warmth: 0.028, contrast: -0.08 },
  monochrome: { saturation: -1, contrast: 0.14 },
  vivid: { saturation: 0.3, contrast: 0.08 },
  muted: { saturation: -0.4, contrast: -0.1, fade: 0.03 },
  dreamy: { fade: 0.05, contrast: -0.14, exposure: 0.06, warmth: 0.01 },
  horror: { exposure: -0.08, saturation: -0.4, contrast: 0.22, tintA: -0.018 },
};

const lightDials: Partial<Record<Reading['lights'][number], Partial<Dials>>> = {
  warm: { warmth: 0.026 },
  cool: { warmth: -0.026 },
  bright: { exposure: 0.1 },
  dark: { exposure: -0.11, contrast: 0.08 },
  soft: { contrast: -0.08 },
  hard: { contrast: 0.16 },
};

const timeDials: Record<NonNullable<Reading['time']>, Partial<Dials>> = {
  dawn: { warmth: 0.014, tintA: 0.012, exposure: 0.02 },
  day: { exposure: 0.04 },
  golden: { warmth: 0.042, tintA: 0.01 },
  sunset: { warmth: 0.04, tintA: 0.026, exposure: -0.04 },
  dusk: { warmth: -0.032, tintA: 0.012, exposure: -0.09 },
  night: { warmth: -0.045, exposure: -0.18, saturation: -0.2 },
};

const weatherDials: Partial<Record<Reading['weathers'][number], Partial<Dials>>> = {
  overcast: { saturation: -0.2, contrast: -0.06 },
  storm: { saturation: -0.25, exposure: -0.1, contrast: 0.1, warmth: -0.012 },
  rain: { saturation: -0.18, warmth: -0.016 },
  snow: { warmth: -0.016, exposure: 0.05, saturation: -0.1 },
  fog: { fade: 0.1, contrast: -0.2, saturation: -0.2 },
};
