import type { AlphaMode, GenerationType, MaxResolution } from '@restage/contract';
import type { FailureValue } from '@restage/errors';

/** One job, as pixels see it. Paths are local files whose types have been sniffed already. */
export interface RenderRequest {
  readonly generationType: GenerationType;
  readonly alphaMode: AlphaMode;
  /** PNG, JPEG or WebP for an image; MP4 or MOV with H.264 or HEVC for a video. */
  readonly source: string;
  /** The matte for alpha mode `custom`: grayscale, white is the subject. Of the source's kind. */
  readonly alpha?: string;
  /** An image that becomes the scene. */
  readonly reference?: string;
  readonly prompt?: string;
  /** 0…4294967295; decides whatever prompt and reference leave open. */
  readonly seed: number;
  readonly maxResolution: MaxResolution;
  /** An existing, empty folder. `render`, `source` and `alpha` are written into it, as .png or .mp4. */
  readonly outputDirectory: string;
  /** Lays a visible "RESTAGE TEST" over the render. */
  readonly watermark?: boolean;
}

/** A network that finds the subject for alpha mode `auto`. */
export interface MatteModel {
  /** The ONNX file. */
  readonly path: string;
  /**
   * What the network wants of sRGB code values: `unit`, 0…1; `centred`, −0.5…0.5; `signed`, −1…1; `imagenet`, 0…1 less
   * ImageNet's mean, by its deviation.
   */
  readonly input: 'unit' | 'centred' | 'signed' | 'imagenet';
  /**
   * What it gives: `alpha`, 0…1; `logits`, before the sigmoid; `range`, anything, stretched to 0…1 between the frame's own
   * least and most.
   */
  readonly output: 'alpha' | 'logits' | 'range';
}

/** What a job ended with: three files of one size and length, or words for the job's owner. */
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
  /** What was understood of the prompt and what it did, and what was assumed; one sentence each. */
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

/** Why a matte network can't be used. The message is for the operator. */
export type ModelFailure = FailureValue<'MATTE_MODEL_UNUSABLE'>;

export interface RenderOptions {
  /** Ends the job; the result is then a failure, CANCELLED. */
  readonly signal: AbortSignal;
  /** Called with 0…1, never falling. */
  onProgress(fraction: number): void;
}

/** Turns a source, a matte and a style into a composite. */
export interface Engine {
  /** Never rejects for what the job's files hold: that is a failure. Rejects for what may pass; the job is tried again. */
  render(request: RenderRequest, options: RenderOptions): Promise<RenderResult>;
  /** Ends all jobs and frees what the engine holds. */
  close(): Promise<void>;
}
