/** An entry of the catalog. */
export interface CatalogEntry {
  /** The HTTP status. */
  readonly status: 400 | 401 | 402 | 403 | 404 | 405 | 409 | 413 | 429 | 500;
  /** `core` codes are those of the SwitchX v1 API; `extended` codes are additions of Restage. */
  readonly tier: 'core' | 'extended';
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** What went wrong, in one or two sentences. */
  readonly meaning: string;
  /** What the caller can do about it, in one or two sentences. */
  readonly resolution: string;
  /** The details that a failure of this code always has, besides its message. */
  readonly details?: readonly ('retryAfter' | 'limit' | 'allow')[];
}

/**
 * All error codes of the v1 API. Statuses, documentation, OpenAPI and the types of failures are derived from this object.
 */
export const catalog = {
  INVALID_GENERATION_TYPE: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`generation_type` is missing, or is not `image` or `video`.',
    resolution: 'Set `generation_type` to `image` or `video`.',
  },
  INVALID_ALPHA_MODE: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`alpha_mode` is missing, or is not `auto`, `fill`, `custom` (or `select`).',
    resolution:
      'Set `alpha_mode` to `auto` to detect the subject, `fill` to use the whole frame, `custom` to use the matte in `alpha_uri`, or `select` to carry the matte of one frame through the shot.',
  },
  INVALID_MAX_RESOLUTION: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`max_resolution` is not the number 720 or 1080.',
    resolution: 'Set `max_resolution` to 720 or 1080, or omit it to use 1080.',
  },
  MISSING_STYLE_INPUT: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning:
      'Both `prompt` and `reference_image_uri` are missing or blank, so the request does not describe a scene.',
    resolution: 'Send a `prompt`, a `reference_image_uri`, or both.',
  },
  MISSING_SOURCE: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`source_uri` is missing or blank.',
    resolution:
      'Set `source_uri` to the `beeble_uri` of an upload, an `https://` URL or a base64 `data:` URI.',
  },
  MISSING_ALPHA: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: '`alpha_mode` is `custom` or `select`, but `alpha_uri` is missing or blank.',
    resolution: 'Set `alpha_uri` to the matte, or set `alpha_mode` to `auto` or `fill`.',
  },
  ALPHA_TYPE_MISMATCH: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning:
      'The alpha is an image but the source is a video, or the reverse; with `alpha_mode` `select`, the alpha is not an image.',
    resolution:
      'Use an image matte for an image, and a video matte for a video. With the image matte of one frame of a video, set `alpha_mode` to `select`.',
  },
  INVALID_URI: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning: 'A URI is malformed, has an unsupported scheme, or points to a file of unknown type.',
    resolution: 'Use the `beeble_uri` of an upload, an `https://` URL or a base64 `data:` URI.',
  },
  SOURCE_UNREACHABLE: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning:
      'The server could not fetch the source, alpha or reference: the request was refused, blocked or timed out, or the upload has no bytes yet or belongs to another account.',
    resolution:
      'Check that the bytes of the upload were sent and that the same account created it, or that the URL responds to a GET request from the public internet.',
  },
  INVALID_FILENAME: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning:
      '`filename` is not 3 to 255 characters long, contains unsafe characters, or has an unsupported extension.',
    resolution: 'Use a plain file name without folders that ends in .mp4, .mov, .png, .jpg, .jpeg or .webp.',
  },
  INVALID_CALLBACK_URL: {
    status: 400,
    tier: 'core',
    retryable: false,
    meaning:
      '`callback_url` is not an HTTPS URL, points to a blocked address, or its server does not respond.',
    resolution: 'Use the HTTPS URL of a running server that is reachable from the public internet.',
  },
  INVALID_API_KEY: {
    status: 401,
    tier: 'core',
    retryable: false,
    meaning: 'The API key is missing, malformed, unknown, revoked or expired.',
    resolution: 'Send one valid key in the header `x-api-key: rsk_…` or `authorization: Bearer rsk_…`.',
  },
  INSUFFICIENT_CREDITS: {
    status: 402,
    tier: 'core',
    retryable: false,
    meaning: 'The account does not have enough credits for this request.',
    resolution: 'Add credits, or reduce the cost with fewer frames or a `max_resolution` of 720.',
  },
  JOB_NOT_FOUND: {
    status: 404,
    tier: 'core',
    retryable: false,
    meaning: 'No job with this id exists, or it belongs to another account.',
    resolution: 'Check the id, and use an API key of the account that started the job.',
  },
  RATE_LIMIT_EXCEEDED: {
    status: 429,
    tier: 'core',
    retryable: true,
    meaning: 'The account has exceeded its request rate limit, which covers the last 60 seconds.',
    resolution: 'Wait for the number of seconds in the `retry-after` header, then retry.',
    details: ['retryAfter', 'limit'],
  },
  INTERNAL_ERROR: {
    status: 500,
    tier: 'core',
    retryable: true,
    meaning: 'An unexpected error occurred. Its cause is logged under the request id.',
    resolution:
      'Retry with the same idempotency key. If the error persists, report the `x-request-id` header.',
  },
  CREDIT_DEDUCTION_FAILED: {
    status: 500,
    tier: 'core',
    retryable: true,
    meaning: 'The charge could not be recorded. No job was started and nothing was charged.',
    resolution: 'Retry the request.',
  },
  UPLOAD_URL_FAILED: {
    status: 500,
    tier: 'core',
    retryable: true,
    meaning: 'The storage could not prepare the upload.',
    resolution: 'Retry the request.',
  },
  JOB_QUEUE_FAILED: {
    status: 500,
    tier: 'core',
    retryable: true,
    meaning: 'The job could not be queued. No job was started and nothing was charged.',
    resolution: 'Retry the request.',
  },
  INVALID_REQUEST: {
    status: 400,
    tier: 'extended',
    retryable: false,
    meaning: 'The request body is not a JSON object, or a field without an error code of its own is invalid.',
    resolution:
      'Correct the field that the message names. The message also says what is accepted and what was received.',
  },
  INVALID_FILE_FORMAT: {
    status: 400,
    tier: 'extended',
    retryable: false,
    meaning: 'The content of the source does not match `generation_type`, or its codec is not supported.',
    resolution: 'Use a PNG, JPEG or WebP image, or an MP4 or MOV video with the H.264 or HEVC codec.',
  },
  SOURCE_TOO_LARGE: {
    status: 400,
    tier: 'extended',
    retryable: false,
    meaning: 'The source has too many pixels or bytes.',
    resolution: 'Scale the source down to at most 2,770,000 pixels (width × height), or compress it.',
  },
  VIDEO_TOO_MANY_FRAMES: {
    status: 400,
    tier: 'extended',
    retryable: false,
    meaning: 'The video has more than 240 frames.',
    resolution: 'Split the video into parts of at most 240 frames.',
  },
  HARD_LIMIT_EXCEEDED: {
    status: 402,
    tier: 'extended',
    retryable: false,
    meaning: "The charge would exceed the account's spending limit for this billing period.",
    resolution: 'Raise the spending limit, or wait for the next billing period.',
  },
  MAX_COST_EXCEEDED: {
    status: 402,
    tier: 'extended',
    retryable: false,
    meaning: 'The job would cost more than the `max_cost` of the request.',
    resolution: 'Raise `max_cost`, or reduce the cost with fewer frames or a `max_resolution` of 720.',
  },
  INVALID_SIGNATURE: {
    status: 403,
    tier: 'extended',
    retryable: false,
    meaning: 'The signed upload or download URL was altered or has expired.',
    resolution:
      'Use the URL exactly as the server returned it. To get a fresh URL, fetch the job or create the upload again.',
  },
  LIVE_KEY_REQUIRED: {
    status: 403,
    tier: 'extended',
    retryable: false,
    meaning: 'The request was made with a test key, and only a live key may do this.',
    resolution:
      'Send the request with a live key of the account: one that begins with `rsk_`, not `rsk_test_`.',
  },
  KEY_NOT_FOUND: {
    status: 404,
    tier: 'extended',
    retryable: false,
    meaning: 'There is no such key, or it belongs to another account.',
    resolution: 'Take the id from the list of keys: it begins with `key_`, and is not the key itself.',
  },
  DELIVERY_NOT_FOUND: {
    status: 404,
    tier: 'extended',
    retryable: false,
    meaning: 'There is no such webhook delivery, or it belongs to another account.',
    resolution:
      'Take the id from the list of deliveries, or from the `webhook-id` header: it begins with `msg_`.',
  },
  REQUEST_NOT_FOUND: {
    status: 404,
    tier: 'extended',
    retryable: false,
    meaning:
      'There is no such request in the log: it was a successful read, it is older than the log is kept, or it belongs to another account.',
    resolution: 'Take the id from the list of requests, or from the `x-request-id` header of the response.',
  },
  NOT_FOUND: {
    status: 404,
    tier: 'extended',
    retryable: false,
    meaning: 'The route does not exist.',
    resolution: 'Check the path. All routes are listed at /docs.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    tier: 'extended',
    retryable: false,
    meaning: 'The route does not support this HTTP method.',
    resolution: 'Use one of the methods in the `allow` header.',
    details: ['allow'],
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    tier: 'extended',
    retryable: false,
    meaning: 'The idempotency key was already used with a different request body.',
    resolution: 'Use a new key for a new job. The message names the fields that differ.',
  },
  JOB_NOT_CANCELLABLE: {
    status: 409,
    tier: 'extended',
    retryable: false,
    meaning: "The job has already completed or failed, so it can't be cancelled.",
    resolution: 'Fetch the job to see its result.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    tier: 'extended',
    retryable: false,
    meaning: 'The request body exceeds the size limit.',
    resolution:
      'Upload large files and send their `beeble_uri` instead of a `data:` URI. Compress uploads that are too large themselves.',
  },
  CONCURRENT_LIMIT_EXCEEDED: {
    status: 429,
    tier: 'extended',
    retryable: true,
    meaning: 'The account has reached its limit of jobs in flight.',
    resolution: 'Wait until a job has ended, then retry.',
    details: ['retryAfter', 'limit'],
  },
} as const satisfies Record<string, CatalogEntry>;

/** A code of the catalog. */
export type ErrorCode = keyof typeof catalog;

/** All codes, core codes first, in the order of the API documentation. */
export const errorCodes = Object.keys(catalog) as readonly ErrorCode[];

/** Whether a value is a code that this version knows. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(catalog, value);
}
