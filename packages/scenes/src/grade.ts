import { clamp, type LabMap, mix, parseHex, rgbToLab } from '@restage/pixels';
import type { ParsedPrompt } from './parse-prompt.ts';
import { colours } from './vocabulary.ts';

/** The settings of a grade; all zero is no grade. */
interface GradeSettings {
  /** Added to lightness at mid grey. */
  exposure: number;
  contrast: number;
  /** −1 is monochrome. */
  saturation: number;
  /** Towards amber above zero, towards blue below; in OKLab units, as `tint`. */
  warmth: number;
  /** Lightness that blacks are lifted to. */
  fade: number;
  /** Shadows towards teal, highlights towards orange. */
  split: number;
  tintA: number;
  tintB: number;
}

/**
 * Creates the grade for a parsed prompt. A painted plate already shows places and times, so only light and mood words
 * count; over a reference image (`isReference`), time, weather and colour words count too.
 * @returns undefined if nothing in the prompt changes the grade.
 */
export function createGrade(parsed: ParsedPrompt, isReference: boolean): LabMap | undefined {
  const settings: GradeSettings = {
    exposure: 0,
    contrast: 0,
    saturation: 0,
    warmth: 0,
    fade: 0,
    split: 0,
    tintA: 0,
    tintB: 0,
  };
  const adjust = (change: Partial<GradeSettings>) => {
    for (const [setting, by] of Object.entries(change) as [keyof GradeSettings, number][])
      settings[setting] += by;
  };
  for (const mood of parsed.moods) adjust(moodSettings[mood]);
  for (const light of parsed.lights) adjust(lightSettings[light] ?? {});
  if (isReference) {
    if (parsed.time !== undefined) adjust(timeSettings[parsed.time]);
    for (const weather of parsed.weathers) adjust(weatherSettings[weather] ?? {});
    for (const name of parsed.colours) {
      const [, a, b] = rgbToLab(parseHex(colours[name]));
      adjust({ tintA: (a * 0.3) / parsed.colours.length, tintB: (b * 0.3) / parsed.colours.length });
    }
  }
  const strength = parsed.strength === 'strong' ? 1.4 : parsed.strength === 'subtle' ? 0.5 : 1;
  for (const setting of Object.keys(settings) as (keyof GradeSettings)[]) settings[setting] *= strength;
  return Object.values(settings).every((value) => value === 0) ? undefined : toLabMap(settings);
}

function toLabMap(settings: GradeSettings): LabMap {
  const saturation = Math.max(0, 1 + settings.saturation);
  const contrast = clamp(1 + settings.contrast, 0.5, 1.8);
  return ([l, a, b]) => {
    const lifted = l <= 0 ? 0 : l >= 1 ? 1 : l ** Math.max(0.4, 1 - settings.exposure * 2.2);
    const centred = lifted - 0.5;
    const curved = clamp(0.5 + (centred * contrast) / (1 + (contrast - 1) * 2 * Math.abs(centred)), 0, 1);
    const lightness = mix(settings.fade, 1 - settings.fade * 0.25, curved);
    const middle = Math.min(1, lightness / 0.35) * Math.min(1, (1 - lightness) / 0.15);
    const side = (lightness - 0.5) * settings.split;
    return [
      lightness,
      a * saturation + (settings.tintA + settings.warmth * 0.25 + side * 0.35) * middle,
      b * saturation + (settings.tintB + settings.warmth + side) * middle,
    ];
  };
}

const moodSettings: Record<ParsedPrompt['moods'][number], Partial<GradeSettings>> = {
  cinematic: { contrast: 0.18, split: 0.09, saturation: -0.06 },
  vintage: { fade: 0.09, saturation: -0.3, warmth: 0.028, contrast: -0.08 },
  monochrome: { saturation: -1, contrast: 0.14 },
  vivid: { saturation: 0.3, contrast: 0.08 },
  muted: { saturation: -0.4, contrast: -0.1, fade: 0.03 },
  dreamy: { fade: 0.05, contrast: -0.14, exposure: 0.06, warmth: 0.01 },
  horror: { exposure: -0.08, saturation: -0.4, contrast: 0.22, tintA: -0.018 },
};

const lightSettings: Partial<Record<ParsedPrompt['lights'][number], Partial<GradeSettings>>> = {
  warm: { warmth: 0.026 },
  cool: { warmth: -0.026 },
  bright: { exposure: 0.1 },
  dark: { exposure: -0.11, contrast: 0.08 },
  soft: { contrast: -0.08 },
  hard: { contrast: 0.16 },
};

const timeSettings: Record<NonNullable<ParsedPrompt['time']>, Partial<GradeSettings>> = {
  dawn: { warmth: 0.014, tintA: 0.012, exposure: 0.02 },
  day: { exposure: 0.04 },
  golden: { warmth: 0.042, tintA: 0.01 },
  sunset: { warmth: 0.04, tintA: 0.026, exposure: -0.04 },
  dusk: { warmth: -0.032, tintA: 0.012, exposure: -0.09 },
  night: { warmth: -0.045, exposure: -0.18, saturation: -0.2 },
};

const weatherSettings: Partial<Record<ParsedPrompt['weathers'][number], Partial<GradeSettings>>> = {
  overcast: { saturation: -0.2, contrast: -0.06 },
  storm: { saturation: -0.25, exposure: -0.1, contrast: 0.1, warmth: -0.012 },
  rain: { saturation: -0.18, warmth: -0.016 },
  snow: { warmth: -0.016, exposure: 0.05, saturation: -0.1 },
  fog: { fade: 0.1, contrast: -0.2, saturation: -0.2 },
};
