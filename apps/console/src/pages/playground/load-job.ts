import { type CallErrorCode, type JobDetails, type RestageErrorOf, safe } from '@restage/sdk';
import { restage } from '../../api/client.ts';
import { toLocalUrl } from '../../api/local-url.ts';
import { handleCallError } from '../../api/queries.ts';
import type { MediaSlot } from './media.ts';
import { pickMedia, removeMedia, setPlaygroundState, takesMatte } from './state.ts';

/** What came of it: the files that must be chosen anew, or the error of the call. */
export type LoadedJob =
  | { readonly missing: readonly MediaSlot[]; readonly error?: never }
  | { readonly error: RestageErrorOf<CallErrorCode<'generations.details'>> };

/** Fills the form with the values and files of a job. A signal that is aborted leaves the form as it is. */
export async function loadJob(id: string, signal: AbortSignal): Promise<LoadedJob> {
  const details = await safe(restage.generations.details(id, { signal }));
  if (!details.ok) {
    handleCallError(details.error);
    return { error: details.error };
  }
  const job = details.value;
  const [source, matte, reference] = await Promise.all([
    fetchInput(job.inputs.source),
    fetchInput(job.inputs.alpha),
    fetchInput(job.inputs.reference),
  ]);
  if (!signal.aborted) fillForm(job, { source, matte, reference });
  const missing = [
    ...(source ? [] : ['source' as const]),
    ...(takesMatte(job.alpha_mode) && !matte ? ['matte' as const] : []),
    ...(job.inputs.reference !== null && !reference ? ['reference' as const] : []),
  ];
  return { missing };
}

function fillForm(job: JobDetails, files: Readonly<Record<MediaSlot, File | undefined>>): void {
  for (const slot of ['source', 'matte', 'reference'] as const) {
    const file = files[slot];
    if (file) pickMedia(slot, file);
    else removeMedia(slot);
  }
  setPlaygroundState({
    prompt: job.prompt ?? '',
    seed: String(job.seed),
    resolution: job.max_resolution === 720 ? '720' : '1080',
    mode: job.alpha_mode,
    keyframe: String(job.alpha_keyframe_index ?? 0),
  });
}

/** Fetches a file that the server still has. One that is elsewhere, the page may not fetch. */
async function fetchInput(url: string | null): Promise<File | undefined> {
  if (url === null) return undefined;
  const local = new URL(toLocalUrl(url));
  if (local.origin !== location.origin) return undefined;
  const response = await fetch(local);
  if (!response.ok) return undefined;
  const blob = await response.blob();
  const name = decodeURIComponent(local.pathname.split('/').at(-1) ?? '');
  return new File([blob], name, { type: blob.type });
}
