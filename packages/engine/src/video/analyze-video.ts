import type { Size } from '@restage/contract';
import { isFailure } from '@restage/errors';
import {
  createShotAnalyzer,
  getSubjectColours,
  type MatteNetwork,
  type ShotAnalysis,
} from '@restage/matting';
import { type ColourStatistics, type Grid, poolShotStatistics, viewPlanes } from '@restage/pixels';
import { decodeFrames } from './decode/decode.ts';
import { closeVideo, openVideo } from './decode/open.ts';

/** What is known of a shot before it is rendered. */
export interface VideoAnalysis {
  /** The shot analysis; undefined if motion reveals no subject. */
  readonly shot: ShotAnalysis | undefined;
  /** The subject's colours over the shot; undefined if there is only one sample or no subject, or a network is to find it. */
  readonly colours: ColourStatistics | undefined;
}

/** Maximum samples in which a subject that does not move is segmented: each costs as much as several frames' mattes. */
const maxSamples = 3;

/**
 * Decodes a whole video once, and analyzes sampled frames at output size.
 * @param onProgress gets the share of decoded frames, 0…1.
 * @param network also finds the subject, beside motion.
 * @returns the analysis. A damaged file is analyzed as far as it can be decoded: rendering it fails.
 */
export async function analyzeVideo(
  path: string,
  size: Size,
  onProgress: (fraction: number) => void,
  network?: MatteNetwork,
): Promise<VideoAnalysis> {
  const input = await openVideo(path, 'source');
  if (isFailure(input)) return { shot: undefined, colours: undefined };
  const analyzer = createShotAnalyzer();
  const needsFrame = (frame: number) => {
    onProgress((frame + 1) / input.movie.timeline.count);
    return analyzer.needsFrame(frame);
  };
  try {
    for await (const { data } of decodeFrames(input, size, 'colour', { needsFrame }))
      analyzer.addFrame(viewPlanes({ ...size, data }));
  } finally {
    await closeVideo(input);
  }
  const shot = network === undefined ? analyzer.finish() : await analyzer.finishWith(network);
  return {
    shot,
    colours: shot?.colours ?? (network === undefined ? getColours(analyzer.getSamples()) : undefined),
  };
}

/** The subject's colours, segmented in some samples of a shot. */
function getColours(samples: readonly Grid[]): ColourStatistics | undefined {
  if (samples.length < 2) return undefined;
  const count = Math.min(maxSamples, samples.length);
  return poolShotStatistics(
    Array.from({ length: count }, (_, n) =>
      getSubjectColours(samples[Math.floor(((n + 0.5) * samples.length) / count)] as Grid),
    ),
  );
}
