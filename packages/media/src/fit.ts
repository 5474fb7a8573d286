import { type GenerationType, limits } from '@restage/contract';
import { type Failure, fail } from '@restage/errors';
import { unaccepted } from './failures.ts';
import { paramOf, type Role } from './location.ts';
import type { Probe } from './probe/verdict.ts';

/** Pixels that a reference may have: it is scaled down before use, so a camera's full picture will do. */
const referencePixels = 50_000_000;

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

/** Whether an alpha is of its source's type, and as small as a source must be. `undefined` is yes. */
export function fitAlpha(
  alpha: Probe,
  source: Pick<Probe, 'type'>,
):
  | undefined
  | Failure<'ALPHA_TYPE_MISMATCH'>
  | Failure<'SOURCE_TOO_LARGE'>
  | Failure<'VIDEO_TOO_MANY_FRAMES'> {
  if (alpha.type !== source.type) {
    const param = paramOf.alpha;
    const message = `${param} is ${name(alpha.type)}, but source_uri is ${name(source.type)}.`;
    return fail('ALPHA_TYPE_MISMATCH', message, { param });
  }
  return tooManyPixels(alpha, 'alpha', limits.sourcePixels) ?? tooManyFrames(alpha, 'alpha');
}

/** Whether a reference is an image, and not absurdly large. `undefined` is yes. */
export function fitReference(
  probe: Probe,
): undefined | Failure<'INVALID_FILE_FORMAT'> | Failure<'SOURCE_TOO_LARGE'> {
  if (probe.type !== 'image') return unaccepted('reference', name(probe.type));
  return tooManyPixels(probe, 'reference', referencePixels);
}

function name(type: Probe['type']): string {
  return type === 'image' ? 'an image' : 'a video';
}

function tooManyPixels(probe: Probe, role: Role, atMost: number): undefined | Failure<'SOURCE_TOO_LARGE'> {
  const pixels = probe.width * probe.height;
  if (pixels <= atMost) return undefined;
  const param = paramOf[role];
  const message = `${param} is ${probe.width}×${probe.height}, which is ${pixels} pixels; at most ${atMost} are taken.`;
  return fail('SOURCE_TOO_LARGE', message, { param });
}

function tooManyFrames(probe: Probe, role: Role): undefined | Failure<'VIDEO_TOO_MANY_FRAMES'> {
  if (probe.frames <= limits.videoFrames) return undefined;
  const param = paramOf[role];
  const message = `${param} has ${probe.frames} frames; at most ${limits.videoFrames} are taken.`;
  return fail('VIDEO_TOO_MANY_FRAMES', message, { param });
}
