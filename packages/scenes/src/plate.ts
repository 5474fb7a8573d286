import type { Size } from '@restage/contract';
import {
  boxBlur,
  createGrid,
  createNoise,
  createRandom,
  type Grid,
  pickRandom,
  type Random,
  resize,
} from '@restage/pixels';
import { hasFineWeather, type PaintContext, painters, paintWeather } from './paint/index.ts';
import type { ParsedPrompt } from './parse-prompt.ts';
import { createSky } from './sky.ts';
import type { Place, Time } from './vocabulary.ts';

/** A scene's lines without its weather: it is out of focus, so more of them would not show. */
const sceneLines = 540;

/** The size of a plate: at most 720 lines. It is enlarged later, since it stands behind the plane of focus. */
export function getPlateSize(width: number, height: number): Size {
  return fitSize(width, height, 720);
}

function fitSize(width: number, height: number, maxLines: number): Size {
  const scale = Math.min(1, maxLines / Math.min(width, height));
  const scaled = (side: number) => Math.max(2, Math.round(side * scale));
  return { width: scaled(width), height: scaled(height) };
}

/** A painted scene. */
export interface PaintedPlate {
  /**
   * Linear light, three channels, in the requested aspect ratio; at most 720 lines with rain or snow, else 540. Light
   * above display white is for {@link compressHighlight}.
   */
  readonly plate: Grid;
  /** What the prompt leaves open and the seed decides; one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Paints the scene of a parsed prompt. `seed` decides what the prompt leaves open; the same input gives the same
 * output.
 */
export function paintPlate(parsed: ParsedPrompt, width: number, height: number, seed: number): PaintedPlate {
  const random = createRandom(seed);
  const notes: string[] = [];
  const place = choosePlace(parsed, random, notes);
  const time = chooseTime(parsed, place, random, notes);
  const size = fitSize(width, height, sceneLines);
  const canvas = createGrid(size.width, size.height, 3);
  const aspect = size.width / size.height;
  const context: PaintContext = {
    canvas,
    aspect,
    random,
    noise: createNoise(random),
    sky: createSky(parsed, time, aspect, random),
    parsed,
  };
  painters[place](context);
  boxBlur(canvas, canvas.height * 0.0026);
  const fine = getPlateSize(width, height);
  const plate = hasFineWeather(parsed) ? resize(canvas, fine.width, fine.height) : canvas;
  paintWeather({ ...context, canvas: plate });
  return { plate, notes };
}

const outdoors: readonly [Place, ...Place[]] = ['sea', 'mountains', 'meadow', 'desert', 'beach', 'forest'];

function choosePlace(parsed: ParsedPrompt, random: Random, notes: string[]): Place {
  const firstPlace = parsed.places[0];
  if (firstPlace !== undefined) {
    if (parsed.places.length > 1)
      notes.push(`a scene has one place: ${firstPlace}, the first that was named`);
    return firstPlace;
  }
  const isOutdoors = parsed.time !== undefined || parsed.weathers.length > 0;
  const place = isOutdoors
    ? parsed.weathers.includes('snow')
      ? 'tundra'
      : pickRandom(random, outdoors)
    : 'studio';
  notes.push(
    isOutdoors
      ? `no place was named: the seed chose ${place}`
      : 'no place, time or weather was named: a studio backdrop',
  );
  return place;
}

function chooseTime(parsed: ParsedPrompt, place: Place, random: Random, notes: string[]): Time {
  if (parsed.time !== undefined) return parsed.time;
  if (place === 'studio' || place === 'fire' || place === 'space' || place === 'stage') return 'day';
  const has = (light: ParsedPrompt['lights'][number]) => parsed.lights.includes(light);
  const candidates: readonly [Time, ...Time[]] =
    place === 'neon' || has('dark') || parsed.weathers.includes('aurora')
      ? ['night']
      : parsed.weathers.includes('storm')
        ? ['dusk']
        : has('warm')
          ? ['golden', 'sunset']
          : has('cool')
            ? ['dusk', 'day']
            : place === 'underwater' || parsed.weathers.length > 0 || has('bright')
              ? ['day']
              : ['day', 'golden', 'sunset', 'dawn'];
  const time = pickRandom(random, candidates);
  notes.push(`no time of day was named: ${time}`);
  return time;
}

const knee = 0.72;

/** Light of a painted plate as it is shown, 0…1: highlights above display white are compressed smoothly. */
export function compressHighlight(light: number): number {
  if (light <= knee) return Math.max(0, light);
  return 1 - (1 - knee) * Math.exp((knee - light) / (1 - knee));
}
