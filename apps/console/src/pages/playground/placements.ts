import type { CallErrorCode } from '@restage/sdk';
import type { Placements } from '../../api/place-error.ts';

export type PlaygroundField =
  | 'source'
  | 'matte'
  | 'prompt'
  | 'reference'
  | 'resolution'
  | 'keyframe'
  | 'seed';

/** The fields of the parameters of `generations.start`. */
export const startParams: Readonly<Record<string, PlaygroundField>> = {
  generation_type: 'source',
  source_uri: 'source',
  alpha_mode: 'matte',
  alpha_uri: 'matte',
  alpha_keyframe_index: 'keyframe',
  prompt: 'prompt',
  reference_image_uri: 'reference',
  max_resolution: 'resolution',
  seed: 'seed',
};

/** Where the form shows each error of a start, and of the quote that comes before it. */
export const startPlacements: Placements<
  PlaygroundField,
  CallErrorCode<'generations.start' | 'generations.quote'>
> = {
  INVALID_REQUEST: 'form',
  INVALID_GENERATION_TYPE: 'source',
  INVALID_ALPHA_MODE: 'matte',
  INVALID_MAX_RESOLUTION: 'resolution',
  MISSING_STYLE_INPUT: 'prompt',
  MISSING_SOURCE: 'source',
  MISSING_ALPHA: 'matte',
  ALPHA_TYPE_MISMATCH: 'matte',
  INVALID_URI: 'source',
  SOURCE_UNREACHABLE: 'source',
  INVALID_CALLBACK_URL: 'form',
  INVALID_FILE_FORMAT: 'source',
  SOURCE_TOO_LARGE: 'source',
  VIDEO_TOO_MANY_FRAMES: 'source',
  CONCURRENT_LIMIT_EXCEEDED: 'form',
  INSUFFICIENT_CREDITS: 'form',
  HARD_LIMIT_EXCEEDED: 'form',
  MAX_COST_EXCEEDED: 'form',
  IDEMPOTENCY_KEY_REUSED: 'form',
  CREDIT_DEDUCTION_FAILED: 'form',
  JOB_QUEUE_FAILED: 'form',
  INVALID_API_KEY: 'form',
  RATE_LIMIT_EXCEEDED: 'form',
  INTERNAL_ERROR: 'form',
  PAYLOAD_TOO_LARGE: 'form',
  CONNECTION_FAILED: 'form',
  TIMED_OUT: 'form',
  ABORTED: 'form',
  UNKNOWN: 'form',
};
