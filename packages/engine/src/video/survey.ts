import type { Size } from '@restage/contract';
import { isFailure } from '@restage/errors';
import { shotStatistics } from '../colour/shot.ts';
import type { ColourStatistics } from '../colour/statistics.ts';
import type { Grid } from '../math/blur.ts';
import { coloursByLook } from '../matte/colours.ts';
import { createSurvey, type Surveyed } from '../matte/survey.ts';
import { decodeFrames } from './decode.ts';
import { closeVideo, openVideo } from './open.ts';
import { planesView } from './planes.ts';

/** What a shot shows of its subject before it is rendered. */
export interface ShotSurvey {
  /** What it shows by moving; undefined where that is nothing. */
  readonly surveyed: Surveyed | undefined;
  /** Its colours all over the shot; undefined where there is but one frame, or none. */
  readonly colours: ColourStatistics | undefined;
}

/** Pictures in which a subject that does not move is looked for: each costs as much as some frames' mattes. */
const mostLooks = 3;

/**
 * Decodes a whole video once, and looks at some frames of it at output size.
 * @param onProgress is told the share of frames that were decoded, 0…1.
 * @returns what is found. A file that is damaged is surveyed as far as it goes: it fails when it is rendered.
 */
export async function surveyVideo(
  path: string,
  size: Size,
  onProgress: (fraction: number) => void,
): Promise<ShotSurvey> {
  const input = await openVideo(path, 'source');
  if (isFailure(input)) return { surveyed: undefined, colours: undefined };
  const survey = createSurvey();
  const wants = (frame: number) => {
    onProgress((frame + 1) / input.movie.timeline.count);
    return survey.wants(frame);
  };
  try {
    for await (const { data } of decodeFrames(input, size, 'colour', { wants }))
      survey.add(planesView({ ...size, data }));
  } finally {
    await closeVideo(input);
  }
  const surveyed = survey.finish();
  return { surveyed, colours: surveyed?.colours ?? coloursOf(survey.pictures()) };
}

/** The colours of what is found by its looks in some pictures of a shot. */
function coloursOf(pictures: readonly Grid[]): ColourStatistics | undefined {
  if (pictures.length < 2) return undefined;
  const looks = Math.min(mostLooks, pictures.length);
  return shotStatistics(
    Array.from({ length: looks }, (_, n) =>
      coloursByLook(pictures[Math.floor(((n + 0.5) * pictures.length) / looks)] as Grid),
    ),
  );
}
