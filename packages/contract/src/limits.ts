/** Every number that the wire contract fixes. What an operator may change has its default here too. */
export const limits = {
  /** Characters. */
  promptLength: 2000,
  seedMax: 4_294_967_295,
  idempotencyKeyLength: { min: 1, max: 256 },
  filenameLength: { min: 3, max: 255 },
  pageSize: { min: 1, max: 100, default: 20 },
  /** Width × height of a source, and of an alpha. */
  sourcePixels: 2_770_000,
  /** Width × height of a reference: it is scaled down before use, so a camera's full picture will do. */
  referencePixels: 50_000_000,
  videoFrames: 240,
  /** Bytes of a `data:` URI once decoded. */
  dataUriBytes: 50 * 1024 * 1024,
  /** Bytes of a JSON body. */
  bodyBytes: 72 * 1024 * 1024,
  /** Bytes of an upload, and of a source fetched from a URL. */
  uploadBytes: 512 * 1024 * 1024,
  /** Seconds for which a signed URL works. */
  uploadUrlSeconds: 3600,
  downloadUrlSeconds: 72 * 3600,
  /** Seconds that a read of a job may wait for its end. */
  waitSeconds: { min: 1, max: 60 },
  /** Seconds of silence after which a stream of events sends a sign of life. */
  keepAliveSeconds: 15,
  /** Procedure calls in one tRPC batch. */
  batchCalls: 10,
  /** Seconds that the request limits look back. */
  rateWindowSeconds: 60,
  /** Seconds to wait before each attempt at a webhook; their count is how often it is tried. */
  webhookDelaySeconds: [0, 1, 5, 30, 120],
  /** Seconds in which a callback URL must answer a webhook. */
  webhookTimeoutSeconds: 10,
} as const;

/** The largest output box for each `max_resolution`, for landscape footage; upright footage turns it. */
export const outputBoxes = {
  720: { width: 1280, height: 720 },
  1080: { width: 1920, height: 1080 },
} as const;

/** The extensions that an upload may have, with the media type of each. */
export const uploadExtensions = {
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
} as const;

/** Width and height in whole pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The size of the output for a source, as shown (after EXIF or track rotation): the source's size, scaled
 * down where it exceeds the box, aspect kept. Videos get even sizes, as H.264 4:2:0 asks.
 */
export function outputSize(source: Size, maxResolution: 720 | 1080, type: 'image' | 'video'): Size {
  const box = outputBoxes[maxResolution];
  const upright = source.height > source.width;
  const boxWidth = upright ? box.height : box.width;
  const boxHeight = upright ? box.width : box.height;
  const scale = Math.min(1, boxWidth / source.width, boxHeight / source.height);
  const width = Math.max(1, Math.min(boxWidth, Math.round(source.width * scale)));
  const height = Math.max(1, Math.min(boxHeight, Math.round(source.height * scale)));
  if (type === 'image') return { width, height };
  return { width: Math.max(2, width - (width % 2)), height: Math.max(2, height - (height % 2)) };
}
