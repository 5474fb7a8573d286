import type { GenerationsStartInput, Job } from '@restage/sdk';
import { useState } from 'react';
import { restage } from '../../api/client.ts';
import { useSend } from '../../api/queries.ts';
import { toStartInput } from './start-input.ts';
import {
  getPlaygroundState,
  getUploadError,
  setPlaygroundState,
  takesMatte,
  waitForUploads,
} from './state.ts';

/** Starts jobs from the form. @param onStarted called when a job has been started */
export function useStart(onStarted: () => void) {
  const [isWaiting, setWaiting] = useState(false);
  // Retried safely: a start has an idempotency key, and charges once.
  const startJob = (input: GenerationsStartInput) => restage.generations.start(input, { maxRetries: 3 });
  const options = {
    refresh: ['account', 'jobs', 'quote'],
    onDone(job: Job, input: GenerationsStartInput) {
      const { source, run } = getPlaygroundState();
      const sourceId = source?.id ?? run?.sourceId;
      setPlaygroundState({ run: { jobId: job.id, input, sourceId, size: source?.details ?? run?.size } });
      onStarted();
    },
  };
  const send = useSend(startJob, options);
  const again = useSend(startJob, options);
  /** Waits for the uploads and, if all are there, starts. */
  const start = async () => {
    setWaiting(true);
    await waitForUploads();
    setWaiting(false);
    const state = getPlaygroundState();
    const { source, reference, mode } = state;
    const used = [source, reference, takesMatte(mode) ? state.matte : undefined];
    if (used.some((media) => getUploadError(media))) return;
    send.mutate(toStartInput(state));
  };
  return {
    start,
    /** Starts the last job once more: as it was, or with a random seed. */
    repeat({ seed }: { readonly seed: 'same' | 'random' }) {
      const { run } = getPlaygroundState();
      if (run) again.mutate(seed === 'same' ? run.input : { ...run.input, seed: undefined });
    },
    isBusy: isWaiting || send.isPending || again.isPending,
    repeatError: again.error,
    error: send.error,
    /** The input that `error` is about. */
    refusedInput: send.error ? send.variables : undefined,
  };
}
