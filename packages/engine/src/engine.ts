import type { AlphaMode, GenerationType, MaxResolution, Understood } from '@restage/contract';
import type { FailureValue } from '@restage/errors';

/** A render job. Paths are local files whose types have been detected already. */
export interface RenderRequest {
  readonly generationType: GenerationType;
  readonly alphaMode: AlphaMode;
  /** PNG, JPEG or WebP for an image; MP4 or MOV with H.264 or HEVC for a video. */
  readonly source: string;
  /**
   * The matte for alpha modes `custom` and `select`: grayscale, white is the subject. Of the source's kind, or with
   * `select` an image.
   */
  readonly alpha?: string;
  /** With `select`: the frame that the matte belongs to, counted from 0; by default the first. */
  readonly alphaKeyframeIndex?: number;
  /** An image that becomes the scene. */
  readonly reference?: string;
  readonly prompt?: string;
  /** 0…4294967295; decides what prompt and reference leave open. */
  readonly seed: number;
  readonly maxResolution: MaxResolution;
  /** An existing, empty folder. `render`, `source` and `alpha` are written into it, as .png or .mp4. */
  readonly outputDirectory: string;
  /** Draws a visible "RESTAGE TEST" over the render. */
  readonly watermark?: boolean;
}

/** The result of a job: three files of one size and length, or a failure for the job's owner. */
export type RenderResult = Rendered | RenderFailure;

/** A finished job. `render`, `source` and `alpha` are paths in the request's output directory. */
export interface Rendered {
  readonly render: string;
  readonly source: string;
  readonly alpha: string;
  readonly width: number;
  readonly height: number;
  /** 1 for an image. */
  readonly frames: number;
  /** The phrases of the prompt that the engine understood, with their effects. */
  readonly understood: readonly Understood[];
  /** What the engine assumed, chose or left out; one sentence each. For the operator's log: without the prompt's words. */
  readonly notes: readonly string[];
}

/** Why a render can fail: what its files hold, who or what ended it, or the model that was to render it. */
export type RenderFailureCode =
  | 'INVALID_INPUT'
  | 'CANCELLED'
  | 'TIMED_OUT'
  | 'WORKER_TERMINATED'
  | 'MODEL_FAILED'
  | 'MODEL_UNREACHABLE';

/** An expected failure. The message is for the job's owner and holds no path; the code stays in here. */
export type RenderFailure = FailureValue<RenderFailureCode>;

/** A failure of a step that reads the job's files. */
export type InputFailure = FailureValue<'INVALID_INPUT'>;

export interface RenderOptions {
  /** Ends the job; the result is then a failure, CANCELLED. */
  readonly signal: AbortSignal;
  /** Called with 0…1, never falling. */
  onProgress(fraction: number): void;
}

/** Turns a source, a matte and a style into a composite. */
export interface Engine {
  /**
   * Returns a failure for whatever the job's files hold, and never rejects for it. Rejects for temporary errors; the
   * job is then retried.
   */
  render(request: RenderRequest, options: RenderOptions): Promise<RenderResult>;
  /** Cancels all jobs and frees the engine's resources. */
  close(): Promise<void>;
}
