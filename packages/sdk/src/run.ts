import type { Call } from './call.ts';
import type { CallErrorCode } from './errors/client-codes.ts';
import { startGeneration } from './generations/start.ts';
import { type CompletedJob, type WaitErrorCode, waitForGeneration } from './generations/wait.ts';
import type { WatchContext, WatchOptions } from './generations/watch.ts';
import type { Simulation } from './options.ts';
import { type Outputs, outputsOf } from './outputs/outputs.ts';
import { type LocateOptions, type RunInput, startInputOf, type UploadProgress } from './start-input.ts';
import type { SendErrorCode } from './uploads/send.ts';
import type { Job, Quote } from './wire.ts';

/** How far a run is. */
export type RunProgress = UploadProgress | { readonly step: 'job'; readonly job: Job };

/**
 * How to run. `timeoutMs` is for the job's wait, 600,000 by default. What is to be simulated is asked of the start, or
 * of the uploads where they alone can give it.
 */
export interface RunOptions extends WatchOptions {
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/** What a run gives: the job, and its files. */
export interface Run extends Outputs {
  readonly job: CompletedJob;
}

/** The codes that a run can end with. */
export type RunErrorCode = SendErrorCode | CallErrorCode<'generations.start'> | WaitErrorCode;

/** The codes that the quote of a run can end with. */
export type RunQuoteErrorCode = SendErrorCode | CallErrorCode<'generations.quote'>;

/** Uploads what needs uploading, starts the job, and waits for it. Once it is started, every error carries the job. */
export function run(
  context: WatchContext,
  input: RunInput,
  options: RunOptions = {},
): Call<Run, RunErrorCode> {
  return story(context, input, options);
}

async function story(context: WatchContext, input: RunInput, options: RunOptions): Promise<Run> {
  const { timeoutMs, pollMs, onProgress, simulate, ...requestOptions } = options;
  const simulated = ofUploads(simulate);
  const uploading = { ...requestOptions, onProgress, simulate: simulated };
  const startInput = await startInputOf(context, input, uploading);
  const starting = { ...requestOptions, simulate: simulated ? undefined : simulate };
  const job = await startGeneration(context.call, startInput, starting);
  const onJob = (seen: Job) => onProgress?.({ step: 'job', job: seen });
  const waiting = { ...requestOptions, timeoutMs, pollMs, onJob };
  const completed = await waitForGeneration(context, job, waiting);
  return { job: completed, ...outputsOf(context.settings, completed) };
}

/** What a run would cost. It uploads what needs uploading, for that has to be looked at; an upload costs nothing. */
export function quoteRun(
  context: WatchContext,
  input: RunInput,
  options: LocateOptions = {},
): Call<Quote, RunQuoteErrorCode> {
  return quote(context, input, options);
}

async function quote(context: WatchContext, input: RunInput, options: LocateOptions): Promise<Quote> {
  const { onProgress, simulate, ...requestOptions } = options;
  const simulated = ofUploads(simulate);
  const uploading = { ...requestOptions, onProgress, simulate: simulated };
  const startInput = await startInputOf(context, input, uploading);
  const quoting = { ...requestOptions, simulate: simulated ? undefined : simulate };
  return context.call('generations.quote', startInput, quoting);
}

/** What is to be simulated, if only the making of an upload can give it. */
function ofUploads(simulate: Simulation | undefined): Simulation | undefined {
  return simulate === 'UPLOAD_URL_FAILED' || simulate === 'INVALID_FILENAME' ? simulate : undefined;
}
