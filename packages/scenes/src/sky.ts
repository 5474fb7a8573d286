import { mixRgb, parseHex, type Random, type Rgb, randomBetween, scaleRgb } from '@restage/pixels';
import type { ParsedPrompt } from './parse-prompt.ts';
import type { Time } from './vocabulary.ts';

/** The sky, which all outdoor painters take their light from. Colours are linear. */
export interface Sky {
  readonly time: Time;
  readonly zenith: Rgb;
  readonly middle: Rgb;
  readonly horizon: Rgb;
  /** Sun or moon: its colour, the strength of its glow, and its position in units of the picture. */
  readonly sun: Rgb;
  readonly glow: number;
  readonly sunX: number;
  /** Height of the sun: 0 at the horizon, 1 at the top edge; below 0 it has set. */
  readonly sunHeight: number;
  /** Cloud cover and darkness of the clouds, 0…1. */
  readonly cover: number;
  readonly gloom: number;
  readonly stars: number;
  /** Ambient light, which fills shadows. */
  readonly ambient: Rgb;
}

const palettes: Record<
  Time,
  {
    zenith: string;
    middle: string;
    horizon: string;
    sun: string;
    glow: number;
    height: readonly [number, number];
    stars: number;
    ambient: string;
  }
> = {
  dawn: {
    zenith: '#5c7fb5',
    middle: '#b9a5c4',
    horizon: '#ffd0a8',
    sun: '#ffc38a',
    glow: 0.9,
    height: [0.02, 0.12],
    stars: 0,
    ambient: '#8c93b8',
  },
  day: {
    zenith: '#2a6dc4',
    middle: '#6ea8e4',
    horizon: '#c9e0f2',
    sun: '#fff4dd',
    glow: 0.42,
    height: [0.6, 1.1],
    stars: 0,
    ambient: '#9fbfe0',
  },
  golden: {
    zenith: '#5a86b8',
    middle: '#d8b48c',
    horizon: '#ffd794',
    sun: '#ffc766',
    glow: 1.1,
    height: [0.12, 0.28],
    stars: 0,
    ambient: '#a89a94',
  },
  sunset: {
    zenith: '#33437f',
    middle: '#b0627e',
    horizon: '#ff9a52',
    sun: '#ff8a3c',
    glow: 1.2,
    height: [0.01, 0.1],
    stars: 0,
    ambient: '#7a6a8c',
  },
  dusk: {
    zenith: '#13224d',
    middle: '#3d4f8a',
    horizon: '#c98aa0',
    sun: '#f09a90',
    glow: 0.35,
    height: [-0.12, -0.04],
    stars: 0.25,
    ambient: '#43507c',
  },
  night: {
    zenith: '#040818',
    middle: '#0b1733',
    horizon: '#1d3358',
    sun: '#cfdcf5',
    glow: 0.16,
    height: [0.5, 0.85],
    stars: 1,
    ambient: '#1b2b4d',
  },
};

/** Creates the sky for a parsed prompt; `random` decides the positions of sun and clouds. */
export function createSky(parsed: ParsedPrompt, time: Time, aspect: number, random: Random): Sky {
  const palette = palettes[time];
  const has = (weather: ParsedPrompt['weathers'][number]) => parsed.weathers.includes(weather);
  const side = parsed.lights.includes('left')
    ? -1
    : parsed.lights.includes('right')
      ? 1
      : random() < 0.5
        ? -1
        : 1;
  const centred = parsed.lights.includes('behind');
  const sunX = aspect * (0.5 + side * (centred ? 0.03 : randomBetween(random, 0.16, 0.34)));
  const sunHeight = randomBetween(random, palette.height[0], palette.height[1]);
  const anyCover = has('clear') ? 0 : randomBetween(random, 0.18, 0.42);
  const cover = has('storm')
    ? 0.86
    : has('overcast') || has('rain')
      ? 0.8
      : has('snow')
        ? 0.7
        : has('cloudy')
          ? 0.58
          : anyCover;
  const gloom = has('storm') ? 0.85 : has('rain') ? 0.6 : has('overcast') ? 0.5 : has('snow') ? 0.3 : 0;
  const veil = (code: string, dark: string): Rgb =>
    mixRgb(
      parseHex(code),
      scaleRgb(parseHex(dark), time === 'night' ? 0.12 : time === 'dusk' ? 0.35 : 1),
      gloom * 0.85,
    );
  return {
    time,
    zenith: veil(palette.zenith, '#4d5662'),
    middle: veil(palette.middle, '#6d7681'),
    horizon: veil(palette.horizon, '#98a0a8'),
    sun: parseHex(palette.sun),
    glow: palette.glow * (1 - gloom * 0.85),
    sunX,
    sunHeight,
    cover,
    gloom,
    stars: palette.stars * (1 - cover * 0.8),
    ambient: mixRgb(
      parseHex(palette.ambient),
      scaleRgb(parseHex('#7d858e'), time === 'night' ? 0.15 : 0.8),
      gloom * 0.6,
    ),
  };
}
