import type { Call } from './call.ts';
import type { CallErrorCode } from './errors/client-codes.ts';
import { startGeneration } from './generations/start.ts';
import { type CompletedJob, type WaitErrorCode, waitForGeneration } from './generations/wait.ts';
import type { CallOptions } from './options.ts';
import { type Outputs, outputsOf } from './outputs/outputs.ts';
import { type Footage, type PreparedFootage, prepareFootage } from './uploads/footage.ts';
import { type SendContext, type SendErrorCode, sendPrepared } from './uploads/send.ts';
import type { GenerationsStartInput, Job } from './wire.ts';

/** What to restage. The fields in snake_case are those of a start, and mean the same. */
export interface RunInput
  extends Omit<
    GenerationsStartInput,
    'generation_type' | 'alpha_mode' | 'source_uri' | 'alpha_uri' | 'reference_image_uri'
  > {
  /** The image or video. */
  readonly source: Footage;
  /** The matte: grayscale, white where the subject is. Without it the subject is found, or `alpha_mode` says. */
  readonly alpha?: Footage | undefined;
  /** An image of the scene. */
  readonly reference?: Footage | undefined;
  /** Default: `custom` with an alpha, `auto` without. */
  readonly alpha_mode?: GenerationsStartInput['alpha_mode'] | undefined;
  /** Default: what the source is; for a URL that doesn't tell, `image`. */
  readonly generation_type?: GenerationsStartInput['generation_type'] | undefined;
}

/** The inputs of a run that may have to be uploaded. */
export type RunPart = 'source' | 'alpha' | 'reference';

/** How far a run is. */
export type RunProgress =
  | { readonly step: 'upload'; readonly part: RunPart; readonly sent: number; readonly total: number }
  | { readonly step: 'job'; readonly job: Job };

/** How to run. `timeoutMs` is for the job's wait, 600,000 by default. */
export interface RunOptions extends CallOptions {
  /** Milliseconds between the first two looks at the job. Default: 500. */
  readonly pollMs?: number | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/** What a run gives: the job, and its files. */
export interface Run extends Outputs {
  readonly job: CompletedJob;
}

/** The codes that a run can end with. */
export type RunErrorCode = SendErrorCode | CallErrorCode<'generations.start'> | WaitErrorCode;

/** What a run is made of. */
export interface RunContext extends SendContext {
  readonly waitRetries: number | undefined;
}

/** Uploads what needs uploading, starts the job, and waits for it. Once it is started, every error carries the job. */
export function run(context: RunContext, input: RunInput, options: RunOptions = {}): Call<Run, RunErrorCode> {
  return story(context, input, options);
}

async function story(context: RunContext, input: RunInput, options: RunOptions): Promise<Run> {
  const { source, alpha, reference, alpha_mode, generation_type, ...fields } = input;
  const { timeoutMs, pollMs, onProgress, ...callOptions } = options;
  // All are read before any is sent: a path that is mistyped costs no upload.
  const [footage, matte, scene] = await Promise.all([source, alpha, reference].map(prepareGiven));
  const [source_uri = '', alpha_uri, reference_image_uri] = await locateAll(
    context,
    { source: footage, alpha: matte, reference: scene },
    { ...callOptions, onProgress },
  );
  const job = await startGeneration(
    context.call,
    {
      ...fields,
      generation_type: generation_type ?? footage?.type ?? 'image',
      alpha_mode: alpha_mode ?? (alpha_uri === undefined ? 'auto' : 'custom'),
      source_uri,
      alpha_uri,
      reference_image_uri,
    },
    callOptions,
  );
  const onJob = (seen: Job) => onProgress?.({ step: 'job', job: seen });
  const waiting = { ...callOptions, timeoutMs, pollMs, onJob };
  const completed = await waitForGeneration(context.call, job, waiting, context.waitRetries);
  return { job: completed, ...outputsOf(context.settings, completed) };
}

async function prepareGiven(footage: Footage | undefined): Promise<PreparedFootage | undefined> {
  return footage === undefined ? undefined : prepareFootage(footage);
}

/** Where the server finds each part. The first upload that fails ends the others. */
async function locateAll(
  context: RunContext,
  parts: Record<RunPart, PreparedFootage | undefined>,
  options: RunOptions,
): Promise<(string | undefined)[]> {
  const others = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, others.signal]) : others.signal;
  const locating = (Object.keys(parts) as RunPart[]).map((part) =>
    locate(context, part, parts[part], { ...options, signal }),
  );
  try {
    return await Promise.all(locating);
  } finally {
    others.abort();
  }
}

/** The URI that a part is, or that of an upload made of it. */
async function locate(
  context: RunContext,
  part: RunPart,
  prepared: PreparedFootage | undefined,
  { onProgress, ...options }: RunOptions,
): Promise<string | undefined> {
  if (!prepared || 'uri' in prepared) return prepared?.uri;
  const upload = await sendPrepared(context, prepared, {
    ...options,
    onProgress: onProgress && (({ sent, total }) => onProgress({ step: 'upload', part, sent, total })),
  });
  return upload.beeble_uri;
}
