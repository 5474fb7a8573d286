import type { Place } from '../vocabulary.ts';
import { paintInterior, paintStudio } from './built/indoors.ts';
import { paintNeon } from './built/neon.ts';
import { paintStage } from './built/theatre.ts';
import { paintCity } from './built/town.ts';
import type { PaintContext } from './context.ts';
import { paintFire, paintSpace, paintUnderwater } from './elements.ts';
import { paintDesert, paintMountains } from './nature/land.ts';
import { paintMeadow, paintTundra } from './nature/plains.ts';
import { paintSky } from './nature/sky.ts';
import { paintBeach, paintSea } from './nature/water.ts';
import { paintForest } from './nature/woods.ts';

export type { PaintContext } from './context.ts';
export { hasFineWeather, paintWeather } from './weather.ts';

/** The painter of each place. */
export const painters: Record<Place, (context: PaintContext) => void> = {
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
  sky: (context) => paintSky(context, 1.05),
};
