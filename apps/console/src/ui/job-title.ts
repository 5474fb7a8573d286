import type { JobSummary } from '@restage/sdk';

/** What a job is called in one line: its prompt, or where its scene comes from. */
export function getJobTitle({ prompt, inputs }: Pick<JobSummary, 'prompt' | 'inputs'>): string {
  const text = prompt?.trim();
  if (text) return text;
  return inputs.reference === null ? 'Without a prompt' : 'From a reference picture';
}
