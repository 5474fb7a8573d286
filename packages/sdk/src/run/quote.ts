import type { CodesOfResult } from '../call.ts';
import type { WatchContext } from '../generations/watch.ts';
import type { RequestOptions, Simulation } from '../options.ts';
import { isUploadCode } from './simulation.ts';
import { prepareStartInput, type RunInput, type UploadProgress } from './start-input.ts';

/** Options of a run's quote. `simulate` applies to the quote, or to the uploads if only they can fail with that code. */
export interface RunQuoteOptions extends RequestOptions {
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  readonly simulate?: Simulation<'uploads.create' | 'generations.quote'> | undefined;
}

/** The codes that a run's quote can fail with. */
export type RunQuoteErrorCode = CodesOfResult<ReturnType<typeof quoteRun>>;

/** Quotes what a run would cost. The server has to inspect the inputs, so they are uploaded; uploads are free. */
export async function quoteRun(context: WatchContext, input: RunInput, options: RunQuoteOptions = {}) {
  const { onProgress, simulate, ...requestOptions } = options;
  const simulations = isUploadCode(simulate) ? { upload: simulate } : { quote: simulate };
  const uploadOptions = { ...requestOptions, onProgress, simulate: simulations.upload };
  const startInput = await prepareStartInput(context, input, uploadOptions);
  if (!startInput.ok) return startInput;
  const quoteOptions = { ...requestOptions, simulate: simulations.quote };
  return context.call('generations.quote', startInput.value, quoteOptions);
}
