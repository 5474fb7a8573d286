/** One entry of the catalog: what a code means, on every transport. */
export interface CatalogEntry {
  /** The HTTP status that the code travels with. */
  readonly status: 400 | 401 | 402 | 403 | 404 | 405 | 409 | 413 | 429 | 500;
  /** `core` codes are those of the SwitchX v1 API; `extended` ones name what it leaves unnamed. */
  readonly tier: 'core' | 'extended';
  /** Whether the very same request may succeed later. */
  readonly retryable: boolean;
  /** When the code is given, in a sentence. */
  readonly meaning: string;
  /** What the caller does about it, in a sentence. */
  readonly resolution: string;
  /** The details that a failure of this code always has, beside its message. */
  readonly details?: readonly ('retryAfter' | 'limit' | 'allow')[];
}

/**
 * Every code that Restage answers with, once. Statuses, documentation, OpenAPI and the types of all
 * failures are derived from this object. The codes are those of the wire contract, v1.
 */
export const catalog = {
  INVALID_GENERATION_TYPE: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`generation_type` is missing, or is neither `image` nor `video`.',
    resolution: 'Send `"generation_type": "image"` or `"video"`.',
  },
  INVALID_ALPHA_MODE: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`alpha_mode` is missing, or is none of `auto`, `fill` and `custom`.',
    resolution:
      'Send `auto` to have the subject found, `fill` for the whole frame, or `custom` with an `alpha_uri`.',
  },
  INVALID_MAX_RESOLUTION: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`max_resolution` is given, and is neither 720 nor 1080.',
    resolution: 'Send the number 720 or 1080, or leave the field out for 1080.',
  },
  MISSING_STYLE_INPUT: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning:
      'Neither `prompt` nor `reference_image_uri` says what the scene should be. Blank text counts as missing.',
    resolution: 'Send a `prompt`, a `reference_image_uri`, or both.',
  },
  MISSING_SOURCE: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`source_uri` is missing or blank.',
    resolution: 'Upload the footage and send its `beeble_uri`, or send an https or data URI.',
  },
  MISSING_ALPHA: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`alpha_mode` is `custom`, and `alpha_uri` is missing or blank.',
    resolution: 'Send the matte as `alpha_uri`, or choose the alpha mode `auto` or `fill`.',
  },
  ALPHA_TYPE_MISMATCH: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: 'The alpha is an image while the source is a video, or the reverse.',
    resolution: 'Send an image matte for an image, and a video matte for a video.',
  },
  INVALID_URI: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning:
      "A URI is malformed, has a scheme that is not accepted, or names a file whose type can't be told.",
    resolution:
      'Send a `beeble://uploads/…` URI as an upload returned it, an `https://` URL, or a base64 `data:` URI.',
  },
  SOURCE_UNREACHABLE: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning:
      "The source, alpha or reference can't be fetched: refused, blocked, timed out, not uploaded yet, or not yours.",
    resolution:
      'Check that the upload has been PUT with this account, or that the URL answers a plain GET from the open internet.',
  },
  INVALID_FILENAME: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: 'The filename is not 3 to 255 characters, is unsafe, or does not end in an accepted extension.',
    resolution: 'Send a plain name, without folders, that ends in .mp4, .mov, .png, .jpg, .jpeg or .webp.',
  },
  INVALID_CALLBACK_URL: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`callback_url` is not HTTPS, points where callbacks may not go, or nothing answers there.',
    resolution: 'Send the HTTPS URL of a server that is up and reachable from the open internet.',
  },
  INVALID_API_KEY: {
    status: 401,
    tier: 'core',
    retryable: false,
    meaning: 'The API key is missing, malformed, unknown, revoked or expired.',
    resolution: 'Send one valid key as `x-api-key: rsk_…` or `authorization: Bearer rsk_…`.',
  },
  INSUFFICIENT_CREDITS: {
    status: 402,
    tier: 'core',
    retryable: false,
    meaning: "The account's credits do not cover the operation.",
    resolution: 'Add credits, or lower the cost: fewer frames, or 720 instead of 1080.',
  },
  JOB_NOT_FOUND: {
    status: 404,
    tier: 'core',
    retryable: false,
    meaning: 'There is no such job, or it belongs to another account.',
    resolution: 'Check the id, and that the key belongs to the account that started the job.',
  },
  RATE_LIMIT_EXCEEDED: {
    status: 429,
    tier: 'core',
    retryable: true,
    meaning: "The account's requests of the last 60 seconds have used up its rate.",
    resolution: 'Wait as long as `retry-after` says, then send the request again.',
    details: ['retryAfter', 'limit'],
  },
  INTERNAL_ERROR: {
    status: 500,
    tier: 'core',
    retryable: true,
    meaning: 'Something unexpected went wrong; its cause is logged under the request id.',
    resolution: 'Retry with the same idempotency key. If it persists, report the `x-request-id`.',
  },
  CREDIT_DEDUCTION_FAILED: {
    status: 500,
    tier: 'core',
    retryable: true,
    meaning: 'The ledger could not record the charge. Nothing was charged and no job exists.',
    resolution: 'Send the request again.',
  },
  UPLOAD_URL_FAILED: {
    status: 500,
    tier: 'core',
    retryable: true,
    meaning: 'The blob store could not prepare the upload.',
    resolution: 'Send the request again.',
  },
  JOB_QUEUE_FAILED: {
    status: 500,
    tier: 'core',
    retryable: true,
    meaning: 'The job could not be queued. Nothing was charged and no job exists.',
    resolution: 'Send the request again.',
  },
  INVALID_REQUEST: {
    status: 400,
    tier: 'extended',
    retryable: false,
    meaning: 'The body is not a JSON object, or a field that has no code of its own is wrong.',
    resolution: 'The message names the field, what it accepts and what was received.',
  },
  INVALID_FILE_FORMAT: {
    status: 400,
    tier: 'extended',
    retryable: false,
    meaning: "The source's real type does not fit `generation_type`, or its codec is not accepted.",
    resolution: 'Images are PNG, JPEG or WebP. Videos are MP4 or MOV with H.264 or HEVC.',
  },
  SOURCE_TOO_LARGE: {
    status: 400,
    tier: 'extended',
    retryable: false,
    meaning: 'The source has more pixels, or more bytes, than are allowed.',
    resolution: 'Scale the source to at most 2,770,000 pixels (width × height) and send it again.',
  },
  VIDEO_TOO_MANY_FRAMES: {
    status: 400,
    tier: 'extended',
    retryable: false,
    meaning: 'The video has more than 240 frames.',
    resolution: 'Cut the shot into pieces of at most 240 frames.',
  },
  HARD_LIMIT_EXCEEDED: {
    status: 402,
    tier: 'extended',
    retryable: false,
    meaning: "The charge would pass the account's spending limit of this billing period.",
    resolution: 'Raise the spending limit, or wait for the next billing period.',
  },
  MAX_COST_EXCEEDED: {
    status: 402,
    tier: 'extended',
    retryable: false,
    meaning: "The job would cost more than the request's `max_cost`.",
    resolution: 'Raise `max_cost`, or lower the cost: fewer frames, or 720 instead of 1080.',
  },
  INVALID_SIGNATURE: {
    status: 403,
    tier: 'extended',
    retryable: false,
    meaning: 'A signed upload or download URL is altered or has expired.',
    resolution:
      'Use the URL exactly as it was given; read the job again, or create the upload again, for a fresh one.',
  },
  NOT_FOUND: {
    status: 404,
    tier: 'extended',
    retryable: false,
    meaning: 'There is no such route.',
    resolution: 'Check the path; /docs lists every route.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    tier: 'extended',
    retryable: false,
    meaning: 'The route exists, but not for this HTTP method.',
    resolution: 'Use a method that the `allow` header names.',
    details: ['allow'],
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    tier: 'extended',
    retryable: false,
    meaning: 'The idempotency key was used before, with a different body.',
    resolution: 'Use a new key for a new job. The message names the fields that differ.',
  },
  JOB_NOT_CANCELLABLE: {
    status: 409,
    tier: 'extended',
    retryable: false,
    meaning: 'The job has already ended.',
    resolution: 'Nothing is left to cancel.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    tier: 'extended',
    retryable: false,
    meaning: 'The request body is over the limit.',
    resolution: 'Upload large footage and send its `beeble_uri` instead of a data URI.',
  },
  CONCURRENT_LIMIT_EXCEEDED: {
    status: 429,
    tier: 'extended',
    retryable: true,
    meaning: 'As many jobs of the account are in flight as it may have.',
    resolution: 'Wait for a job to end, then send the request again.',
    details: ['retryAfter', 'limit'],
  },
} as const satisfies Record<string, CatalogEntry>;

/** A code of the catalog. */
export type ErrorCode = keyof typeof catalog;

/** All codes, core first, in the order of the wire contract. */
export const errorCodes = Object.keys(catalog) as readonly ErrorCode[];

/** Whether a string from outside is a code that this version knows. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(catalog, value);
}
