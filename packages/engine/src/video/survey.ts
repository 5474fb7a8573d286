import type { Size } from '@restage/contract';
import { isFailed } from '../engine.ts';
import { createSurvey, type Surveyed } from '../matte/survey.ts';
import { decodeFrames } from './decode.ts';
import { openVideo } from './open.ts';
import { planesView } from './planes.ts';

/**
 * Decodes a whole video once, and looks at some frames of it at output size.
 * @param onProgress is told the share of frames that were decoded, 0…1.
 * @returns what the shot shows of its subject by moving; undefined where that is nothing. A file that is damaged is surveyed
 *   as far as it goes: it fails when it is rendered.
 */
export async function surveyVideo(
  path: string,
  size: Size,
  onProgress: (fraction: number) => void,
): Promise<Surveyed | undefined> {
  const input = await openVideo(path, 'source');
  if (isFailed(input)) return undefined;
  const survey = createSurvey();
  let decoded = 0;
  const wants = () => {
    onProgress(Math.min(1, (decoded + 1) / Math.max(input.declaredFrames, decoded + 1)));
    return survey.wants(decoded++);
  };
  try {
    for await (const { data } of decodeFrames(input, size, 'colour', { wants }))
      survey.add(planesView({ ...size, data }));
  } finally {
    await input.context.closeInput();
  }
  return survey.finish();
}
