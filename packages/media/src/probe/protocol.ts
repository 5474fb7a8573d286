import * as z from 'zod';

const pixels = z.int().min(1);

/** The type, size and frames of a file, from its bytes. */
export const Probe = z.object({
  type: z.enum(['image', 'video']),
  format: z.enum(['png', 'jpeg', 'webp', 'mp4', 'mov']),
  /** Pixels as shown: after EXIF or track rotation, and with a video's pixel aspect made square. */
  width: pixels,
  height: pixels,
  /** Of a video: the largest size that its headers or its coded stream say its pictures have. */
  largest: z.object({ width: pixels, height: pixels }).optional(),
  /** The frames that are shown; 1 for an image. Of a video of over a million, at least a million. */
  frames: z.int().min(1),
  /** Of a video. */
  codec: z.enum(['h264', 'hevc']).optional(),
  /** Of a video: from its first frame to the end of its last. */
  durationSeconds: z.number().min(0).optional(),
  /** Size of the whole file. */
  bytes: z.int().min(1),
});
export type Probe = z.infer<typeof Probe>;

/** A part of a file: bytes from `start` up to, not including, `end`. */
export const Range = z.object({ start: z.int().min(0), end: z.int().min(1) });
export type Range = z.infer<typeof Range>;

/** A request to the child process: a local file, its size, and the parts of it that are present. */
export const ProbeRequest = z.object({ path: z.string(), size: z.int().min(1), present: z.array(Range) });
export type ProbeRequest = z.infer<typeof ProbeRequest>;

/**
 * The reply of the child process: the probe; a missing part that it needs; or why there is no probe. `unknown` is a file
 * of unknown type or a damaged one, `unsupported` one of a known type (`what`) that is not accepted.
 */
export const ProbeResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('probed'), probe: Probe }),
  z.object({ kind: z.literal('missing'), range: Range }),
  z.object({ kind: z.literal('unknown'), why: z.string() }),
  z.object({ kind: z.literal('unsupported'), what: z.string() }),
]);
export type ProbeResult = z.infer<typeof ProbeResult>;
