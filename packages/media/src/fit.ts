import { type GenerationType, limits } from '@restage/contract';
import { type Failure, fail } from '@restage/errors';
import { unaccepted } from './failures.ts';
import { paramOf, type Role } from './location.ts';
import { maxCounted } from './movie/samples/timeline.ts';
import type { Probe } from './probe/verdict.ts';

/** Whether a source is of the type asked for, and small enough. `undefined` is yes. */
export function fitSource(
  probe: Probe,
  generationType: GenerationType,
):
  | undefined
  | Failure<'INVALID_FILE_FORMAT'>
  | Failure<'SOURCE_TOO_LARGE'>
  | Failure<'VIDEO_TOO_MANY_FRAMES'> {
  if (probe.type !== generationType) {
    const param = paramOf.source;
    const message = `${param} is ${name(probe.type)}, but generation_type is ${generationType}.`;
    return fail('INVALID_FILE_FORMAT', message, { param });
  }
  return tooManyPixels(probe, 'source', limits.sourcePixels) ?? tooManyFrames(probe, 'source');
}

/** Whether an alpha is of its source's type, as small as a source must be, and as long as it. `undefined` is yes. */
export function fitAlpha(
  alpha: Probe,
  source: Pick<Probe, 'type' | 'frames'>,
):
  | undefined
  | Failure<'ALPHA_TYPE_MISMATCH'>
  | Failure<'INVALID_REQUEST'>
  | Failure<'SOURCE_TOO_LARGE'>
  | Failure<'VIDEO_TOO_MANY_FRAMES'> {
  if (alpha.type !== source.type) {
    const param = paramOf.alpha;
    const message = `${param} is ${name(alpha.type)}, but source_uri is ${name(source.type)}.`;
    return fail('ALPHA_TYPE_MISMATCH', message, { param });
  }
  return (
    tooManyPixels(alpha, 'alpha', limits.sourcePixels) ??
    tooManyFrames(alpha, 'alpha') ??
    otherLength(alpha, source)
  );
}

/** Whether a reference is an image, and not absurdly large. `undefined` is yes. */
export function fitReference(
  probe: Probe,
): undefined | Failure<'INVALID_FILE_FORMAT'> | Failure<'SOURCE_TOO_LARGE'> {
  if (probe.type !== 'image') return unaccepted('reference', name(probe.type));
  return tooManyPixels(probe, 'reference', limits.referencePixels);
}

function name(type: Probe['type']): string {
  return type === 'image' ? 'an image' : 'a video';
}

function tooManyPixels(probe: Probe, role: Role, atMost: number): undefined | Failure<'SOURCE_TOO_LARGE'> {
  const { width, height } = probe.largest ?? probe;
  const pixels = width * height;
  if (pixels <= atMost) return undefined;
  const param = paramOf[role];
  const message = `${param} is ${width}×${height}, which is ${pixels} pixels; at most ${atMost} are taken.`;
  return fail('SOURCE_TOO_LARGE', message, { param });
}

function tooManyFrames(probe: Probe, role: Role): undefined | Failure<'VIDEO_TOO_MANY_FRAMES'> {
  if (probe.frames <= limits.videoFrames) return undefined;
  const param = paramOf[role];
  const frames = probe.frames < maxCounted ? probe.frames : `${maxCounted} or more`;
  const message = `${param} has ${frames} frames; at most ${limits.videoFrames} are taken.`;
  return fail('VIDEO_TOO_MANY_FRAMES', message, { param });
}

function otherLength(
  alpha: Pick<Probe, 'frames'>,
  source: Pick<Probe, 'frames'>,
): undefined | Failure<'INVALID_REQUEST'> {
  if (alpha.frames === source.frames) return undefined;
  const param = paramOf.alpha;
  const message = `${param} has ${alpha.frames} frames and ${paramOf.source} has ${source.frames}; a matte must have as many frames as its source.`;
  return fail('INVALID_REQUEST', message, { param });
}
