/** All limits of the API. For those that an operator can configure, this is the default. */
export const limits = {
  /** Characters. */
  promptLength: 2000,
  seedMax: 4_294_967_295,
  idempotencyKeyLength: { min: 1, max: 256 },
  filenameLength: { min: 3, max: 255 },
  /** Characters of a key's name. */
  keyNameLength: { min: 1, max: 100 },
  /** Keys of an account that are neither revoked nor expired. */
  activeKeys: 1000,
  /** For how long a webhook secret signs after its rotation. */
  secretOverlapHours: { min: 0, max: 168, default: 24 },
  /** Buckets of usage in one answer. */
  usageBuckets: 400,
  pageSize: { min: 1, max: 100, default: 20 },
  /** Width × height of a source, and of an alpha. */
  sourcePixels: 2_770_000,
  /** Width × height of a reference. It is scaled down before use, so full camera resolution is allowed. */
  referencePixels: 50_000_000,
  videoFrames: 240,
  /** Bytes of a `data:` URI once decoded. */
  dataUriBytes: 50 * 1024 * 1024,
  /** Bytes of a JSON body. */
  bodyBytes: 72 * 1024 * 1024,
  /** Milliseconds in which a start or quote fetches and checks its inputs. */
  inputsTimeoutMs: 25_000,
  /** Milliseconds after which a write gets an answer, whatever it still waits for. */
  writeTimeoutMs: 28_000,
  /** Bytes of an upload, and of a source fetched from a URL. */
  uploadBytes: 512 * 1024 * 1024,
  /** How long a signed URL is valid, in seconds. */
  uploadUrlSeconds: 3600,
  downloadUrlSeconds: 72 * 3600,
  /** How long a request may wait for the end of a job, in seconds. */
  waitSeconds: { min: 1, max: 60 },
  /** Seconds of silence after which an event stream sends a keep-alive. */
  keepAliveSeconds: 15,
  /** Procedure calls in one tRPC batch. */
  batchCalls: 10,
  /** The window of the rate limits, in seconds. */
  rateWindowSeconds: 60,
  /** Seconds to wait before each attempt to deliver a webhook. Their number is the number of attempts. */
  webhookDelaySeconds: [0, 1, 5, 30, 120],
  /** Seconds in which a callback URL must respond to a webhook. */
  webhookTimeoutSeconds: 10,
  /** Seconds for which a console session lasts, and in which a ticket opens one. */
  consoleSessionSeconds: 12 * 3600,
  consoleTicketSeconds: 600,
  /** Bytes of the body that opens a console session. */
  consoleBodyBytes: 4096,
} as const;

/** The accepted extensions of an upload, and the media type of each. */
export const uploadExtensions = {
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
} as const;
