import type { Size } from '@restage/contract';
import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { noiseFrom } from '../math/noise.ts';
import { pick, type Random, randomFrom } from '../math/random.ts';
import { type Easel, painters, paintWeather } from './paint/index.ts';
import type { Reading } from './reading.ts';
import { skyLook } from './sky-look.ts';
import type { Place, Time } from './vocabulary.ts';

/** The size that a plate is made at: at most 720 lines, enlarged later, since it stands behind the plane of focus. */
export function plateSize(width: number, height: number): Size {
  const scale = Math.min(1, 720 / Math.min(width, height));
  const scaled = (side: number) => Math.max(2, Math.round(side * scale));
  return { width: scaled(width), height: scaled(height) };
}

/** A painted scene. */
export interface PaintedPlate {
  /** Linear light, three channels; at most 720 lines, of the aspect that was asked for. */
  readonly plate: Grid;
  /** What the prompt left open and the seed decided; one sentence each. */
  readonly notes: readonly string[];
}

/** Paints the scene that a reading describes. What it leaves open, `seed` decides; same in, same out. */
export function paintPlate(reading: Reading, width: number, height: number, seed: number): PaintedPlate {
  const random = randomFrom(seed);
  const notes: string[] = [];
  const place = choosePlace(reading, random, notes);
  const time = chooseTime(reading, place, random, notes);
  const size = plateSize(width, height);
  const canvas = createGrid(size.width, size.height, 3);
  const aspect = canvas.width / canvas.height;
  const easel: Easel = {
    canvas,
    aspect,
    random,
    noise: noiseFrom(random),
    sky: skyLook(reading, time, aspect, random),
    reading,
  };
  painters[place](easel);
  boxBlur(canvas, canvas.height * 0.0026, 2);
  paintWeather(easel);
  shoulder(canvas);
  return { plate: canvas, notes };
}

const outdoors: readonly [Place, ...Place[]] = ['sea', 'mountains', 'meadow', 'desert', 'beach', 'forest'];

function choosePlace(reading: Reading, random: Random, notes: string[]): Place {
  const said = reading.places[0];
  if (said !== undefined) {
    if (reading.places.length > 1) notes.push(`a scene has one place: ${said}, the first that was named`);
    return said;
  }
  const open = reading.time !== undefined || reading.weathers.length > 0;
  const place = open ? (reading.weathers.includes('snow') ? 'tundra' : pick(random, outdoors)) : 'studio';
  notes.push(
    open
      ? `no place was named: the seed chose ${place}`
      : 'no place, time or weather was named: a studio backdrop',
  );
  return place;
}

function chooseTime(reading: Reading, place: Place, random: Random, notes: string[]): Time {
  if (reading.time !== undefined) return reading.time;
  if (place === 'studio' || place === 'fire' || place === 'space' || place === 'stage') return 'day';
  const has = (light: Reading['lights'][number]) => reading.lights.includes(light);
  const candidates: readonly [Time, ...Time[]] =
    place === 'neon' || has('dark') || reading.weathers.includes('aurora')
      ? ['night']
      : reading.weathers.includes('storm')
        ? ['dusk']
        : has('warm')
          ? ['golden', 'sunset']
          : has('cool')
            ? ['dusk', 'day']
            : place === 'underwater' || reading.weathers.length > 0 || has('bright')
              ? ['day']
              : ['day', 'golden', 'sunset', 'dawn'];
  const time = pick(random, candidates);
  notes.push(`no time of day was named: ${time}`);
  return time;
}

/** Brings highlights that are brighter than display white under it, smoothly, their hue kept. */
function shoulder({ data }: Grid): void {
  const knee = 0.72;
  for (let i = 0; i < data.length; i += 3) {
    for (let channel = 0; channel < 3; channel++) {
      const value = data[i + channel] as number;
      if (value <= 0) data[i + channel] = 0;
      else if (value > knee)
        data[i + channel] = knee + (1 - knee) * (1 - Math.exp(-(value - knee) / (1 - knee)));
    }
  }
}
