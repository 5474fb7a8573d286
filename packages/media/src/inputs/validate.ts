import { type AlphaMode, type GenerationType, limits } from '@restage/contract';
import { type Failure, fail } from '@restage/errors';
import { maxCountedFrames } from '../movie/samples/timeline.ts';
import type { Probe } from '../probe/protocol.ts';
import { unsupportedFormat } from './failures.ts';
import { params, type Role } from './location.ts';

/** Checks that a source is of the requested type and within the limits. @returns undefined if it is */
export function validateSource(
  probe: Probe,
  generationType: GenerationType,
):
  | undefined
  | Failure<'INVALID_FILE_FORMAT'>
  | Failure<'SOURCE_TOO_LARGE'>
  | Failure<'VIDEO_TOO_MANY_FRAMES'> {
  if (probe.type !== generationType) {
    const param = params.source;
    const message = `${param} is ${describeType(probe.type)}, but generation_type is ${generationType}.`;
    return fail('INVALID_FILE_FORMAT', message, { param });
  }
  return checkPixels(probe, 'source', limits.sourcePixels) ?? checkFrames(probe, 'source');
}

/** The fields of a start that say how its alpha is used. */
interface AlphaUse {
  readonly alpha_mode: AlphaMode;
  readonly alpha_keyframe_index?: number | undefined;
}

/**
 * Checks that an alpha fits its source and is within the limits: of the source's type and frames, or, with `select`, an
 * image for one frame of it. @returns undefined if it does
 */
export function validateAlpha(
  alpha: Probe,
  source: Pick<Probe, 'type' | 'frames'>,
  use: AlphaUse,
):
  | undefined
  | Failure<'ALPHA_TYPE_MISMATCH'>
  | Failure<'INVALID_REQUEST'>
  | Failure<'SOURCE_TOO_LARGE'>
  | Failure<'VIDEO_TOO_MANY_FRAMES'> {
  const isSelect = use.alpha_mode === 'select';
  if (alpha.type !== (isSelect ? 'image' : source.type)) {
    const param = params.alpha;
    const accepted = isSelect
      ? 'alpha_mode "select" takes an image'
      : `source_uri is ${describeType(source.type)}`;
    return fail('ALPHA_TYPE_MISMATCH', `${param} is ${describeType(alpha.type)}, but ${accepted}.`, {
      param,
    });
  }
  return (
    checkPixels(alpha, 'alpha', limits.sourcePixels) ??
    checkFrames(alpha, 'alpha') ??
    (isSelect ? checkKeyframe(use.alpha_keyframe_index ?? 0, source) : checkFrameCount(alpha, source))
  );
}

/** Checks that a reference is an image within the limits. @returns undefined if it is */
export function validateReference(
  probe: Probe,
): undefined | Failure<'INVALID_FILE_FORMAT'> | Failure<'SOURCE_TOO_LARGE'> {
  if (probe.type !== 'image') return unsupportedFormat('reference', describeType(probe.type));
  return checkPixels(probe, 'reference', limits.referencePixels);
}

function describeType(type: Probe['type']): string {
  return type === 'image' ? 'an image' : 'a video';
}

function checkPixels(probe: Probe, role: Role, maxPixels: number): undefined | Failure<'SOURCE_TOO_LARGE'> {
  const { width, height } = probe.largest ?? probe;
  const pixels = width * height;
  if (pixels <= maxPixels) return undefined;
  const param = params[role];
  const message = `${param} is ${width}×${height}, which is ${pixels} pixels; at most ${maxPixels} are taken.`;
  return fail('SOURCE_TOO_LARGE', message, { param });
}

function checkFrames(probe: Probe, role: Role): undefined | Failure<'VIDEO_TOO_MANY_FRAMES'> {
  if (probe.frames <= limits.videoFrames) return undefined;
  const param = params[role];
  const frames = probe.frames < maxCountedFrames ? probe.frames : `${maxCountedFrames} or more`;
  const message = `${param} has ${frames} frames; at most ${limits.videoFrames} are taken.`;
  return fail('VIDEO_TOO_MANY_FRAMES', message, { param });
}

function checkKeyframe(
  index: number,
  { frames }: Pick<Probe, 'frames'>,
): undefined | Failure<'INVALID_REQUEST'> {
  if (index < frames) return undefined;
  const param = 'alpha_keyframe_index';
  const accepted =
    frames === 1 ? '0, since source_uri has one frame' : `from 0 to ${frames - 1}, the frames of source_uri`;
  return fail('INVALID_REQUEST', `${param} must be ${accepted}; received ${index}.`, { param });
}

function checkFrameCount(
  alpha: Pick<Probe, 'frames'>,
  source: Pick<Probe, 'frames'>,
): undefined | Failure<'INVALID_REQUEST'> {
  if (alpha.frames === source.frames) return undefined;
  const param = params.alpha;
  const message = `${param} has ${alpha.frames} frames and ${params.source} has ${source.frames}; a matte must have as many frames as its source.`;
  return fail('INVALID_REQUEST', message, { param });
}
