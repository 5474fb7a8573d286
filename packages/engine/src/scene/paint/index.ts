import type { Place } from '../vocabulary.ts';
import type { Easel } from './canvas.ts';
import { paintFire, paintSpace, paintUnderwater } from './elements.ts';
import { paintInterior, paintStudio } from './indoors.ts';
import { paintDesert, paintMountains } from './land.ts';
import { paintNeon } from './neon.ts';
import { paintMeadow, paintTundra } from './plains.ts';
import { paintSky } from './sky.ts';
import { paintStage } from './theatre.ts';
import { paintCity } from './town.ts';
import { paintBeach, paintSea } from './water.ts';
import { paintForest } from './woods.ts';

export type { Easel } from './canvas.ts';
export { paintWeather } from './weather.ts';

/** One painter a place. */
export const painters: Record<Place, (easel: Easel) => void> = {
  studio: paintStudio,
  beach: paintBeach,
  sea: paintSea,
  desert: paintDesert,
  mountains: paintMountains,
  forest: paintForest,
  meadow: paintMeadow,
  tundra: paintTundra,
  city: paintCity,
  neon: paintNeon,
  interior: paintInterior,
  stage: paintStage,
  fire: paintFire,
  space: paintSpace,
  underwater: paintUnderwater,
  sky: (easel) => paintSky(easel, 1.05),
};
