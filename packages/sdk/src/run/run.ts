import { type ProcedureErrorCode, procedureCodes } from '@restage/errors';
import type { CodesOfResult } from './call.ts';
import { startGeneration } from './generations/start.ts';
import { type CompletedJob, waitForGeneration } from './generations/wait.ts';
import type { WatchContext, WatchOptions } from './generations/watch.ts';
import type { RequestOptions, Simulation } from './options.ts';
import { type Outputs, outputsOf } from './outputs/outputs.ts';
import { ok } from './result.ts';
import { type RunInput, startInputOf, type UploadProgress } from './start-input.ts';
import type { GenerationsStartInput, Job } from './wire.ts';

/** How far a run is. */
export type RunProgress = UploadProgress | { readonly step: 'job'; readonly job: Job };

/**
 * How to run. `timeoutMs` is for the job's wait, 600,000 by default. What is to be simulated is asked of the start, or
 * of the uploads where they alone can give it.
 */
export interface RunOptions extends Omit<WatchOptions, 'simulate'> {
  /**
   * Sees what is to be made, once all inputs have been read and before anything is sent. What it throws ends the run.
   */
  readonly onRead?: ((generationType: GenerationsStartInput['generation_type']) => void) | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  readonly simulate?: Simulation<'uploads.create' | 'generations.start'> | undefined;
}

/** How to quote a run. What is to be simulated is asked of the quote, or of the uploads where they alone can give it. */
export interface RunQuoteOptions extends RequestOptions {
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  readonly simulate?: Simulation<'uploads.create' | 'generations.quote'> | undefined;
}

/** What a run gives: the job, and its files. */
export interface Run extends Outputs {
  readonly job: CompletedJob;
}

/** The codes that a run can end with. */
export type RunErrorCode = CodesOfResult<ReturnType<typeof run>>;

/** The codes that the quote of a run can end with. */
export type RunQuoteErrorCode = CodesOfResult<ReturnType<typeof quoteRun>>;

/** Uploads what needs uploading, starts the job, and waits for it. Once it is started, every error carries the job. */
export async function run(context: WatchContext, input: RunInput, options: RunOptions = {}) {
  const { timeoutMs, pollMs, onRead, onProgress, simulate, ...requestOptions } = options;
  const simulated = isUploadCode(simulate) ? { uploads: simulate } : { start: simulate };
  const uploading = { ...requestOptions, onProgress, simulate: simulated.uploads };
  const startInput = await startInputOf(context, input, uploading, onRead);
  if (!startInput.ok) return startInput;
  const starting = { ...requestOptions, simulate: simulated.start };
  const job = await startGeneration(context.call, startInput.value, starting);
  if (!job.ok) return job;
  const onJob = (seen: Job) => onProgress?.({ step: 'job', job: seen });
  const waiting = { ...requestOptions, timeoutMs, pollMs, onJob };
  const completed = await waitForGeneration(context, job.value, waiting);
  if (!completed.ok) return completed;
  return ok<Run>({ job: completed.value, ...outputsOf(context.settings, completed.value) });
}

/** What a run would cost. It uploads what needs uploading, for that has to be looked at; an upload costs nothing. */
export async function quoteRun(context: WatchContext, input: RunInput, options: RunQuoteOptions = {}) {
  const { onProgress, simulate, ...requestOptions } = options;
  const simulated = isUploadCode(simulate) ? { uploads: simulate } : { quote: simulate };
  const uploading = { ...requestOptions, onProgress, simulate: simulated.uploads };
  const startInput = await startInputOf(context, input, uploading);
  if (!startInput.ok) return startInput;
  const quoting = { ...requestOptions, simulate: simulated.quote };
  return context.call('generations.quote', startInput.value, quoting);
}

/** What only the making of an upload can give. */
type UploadCode = Exclude<ProcedureErrorCode<'uploads.create'>, ProcedureErrorCode<'generations.start'>>;

function isUploadCode(simulate: string | undefined): simulate is UploadCode {
  const isCodeOf = (name: 'uploads.create' | 'generations.start') =>
    procedureCodes[name].some((code) => code === simulate);
  return isCodeOf('uploads.create') && !isCodeOf('generations.start');
}
