import type { CodesOfResult } from '../call.ts';
import type { GenerationsStartInput, Job } from '../generated/types.ts';
import { startGeneration } from '../generations/start.ts';
import { type CompletedJob, waitForGeneration } from '../generations/wait.ts';
import type { WatchContext, WatchOptions } from '../generations/watch.ts';
import type { Simulation } from '../options.ts';
import { createOutputs, type Outputs } from '../outputs/outputs.ts';
import { ok } from '../result.ts';
import { isUploadCode } from './simulation.ts';
import { prepareStartInput, type RunInput, type UploadProgress } from './start-input.ts';

/** The progress of a run: of its uploads, then of its job. */
export type RunProgress = UploadProgress | { readonly step: 'job'; readonly job: Job };

/**
 * Options of a run. `timeoutMs` limits the wait for the job (default: 600,000). `simulate` applies to the start, or to the
 * uploads if only they can fail with that code.
 */
export interface RunOptions extends Omit<WatchOptions, 'simulate'> {
  /**
   * Called with the type of the output when all inputs have been read, before anything is sent. If it throws, the run
   * stops and rejects with that error.
   */
  readonly onInputsRead?: ((generationType: GenerationsStartInput['generation_type']) => void) | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
  readonly simulate?: Simulation<'uploads.create' | 'generations.start'> | undefined;
}

/** The result of a run: the job and its output files. */
export interface RunResult extends Outputs {
  readonly job: CompletedJob;
}

/** The codes that a run can fail with. */
export type RunErrorCode = CodesOfResult<ReturnType<typeof runJob>>;

/** Uploads the inputs, starts a job and waits for it. Once the job is started, every error carries it. */
export async function runJob(context: WatchContext, input: RunInput, options: RunOptions = {}) {
  const { timeoutMs, pollMs, onInputsRead, onProgress, simulate, ...requestOptions } = options;
  const simulations = isUploadCode(simulate) ? { upload: simulate } : { start: simulate };
  const uploadOptions = { ...requestOptions, onProgress, simulate: simulations.upload };
  const startInput = await prepareStartInput(context, input, uploadOptions, onInputsRead);
  if (!startInput.ok) return startInput;
  const startOptions = { ...requestOptions, simulate: simulations.start };
  const startedJob = await startGeneration(context.call, startInput.value, startOptions);
  if (!startedJob.ok) return startedJob;
  const onJob = (job: Job) => onProgress?.({ step: 'job', job });
  const waitOptions = { ...requestOptions, timeoutMs, pollMs, onJob };
  const completedJob = await waitForGeneration(context, startedJob.value, waitOptions);
  if (!completedJob.ok) return completedJob;
  return ok<RunResult>({ job: completedJob.value, ...createOutputs(context.settings, completedJob.value) });
}
