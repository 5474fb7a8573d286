import type { Job } from '@restage/contract';
import { type AccountContext, accountInfo, getGeneration, watchGeneration } from '@restage/core';
import { type Failure, fail } from '@restage/errors';
import { implement } from './implement.ts';

implement('generations.get', getGeneration);
implement('account.info', accountInfo);

declare const job: Job;

// @ts-expect-error INSUFFICIENT_CREDITS is returned and not declared
implement('generations.get', async (_ctx: AccountContext, input: { id: string }) => {
  if (input.id === '1') return fail('JOB_NOT_FOUND', '');
  if (input.id === '2') return fail('INSUFFICIENT_CREDITS', '');
  return job;
});

// @ts-expect-error UPLOAD_URL_FAILED is declared and never returned
implement('uploads.create', async () => ({ id: '', upload_url: '', beeble_uri: '' }));

// @ts-expect-error a failure of any code at all is wider than what is declared
implement('generations.get', async (): Promise<Job | Failure> => job);

// @ts-expect-error the output is not a job
implement('generations.get', async () => {
  if (job.progress > 0) return fail('JOB_NOT_FOUND', '');
  return { id: 'swx_' };
});

implement('generations.watch', watchGeneration);

// @ts-expect-error a subscription gives events, not a job
implement('generations.watch', getGeneration);

// @ts-expect-error NOT_FOUND is returned and not declared
implement('generations.watch', async (_ctx: AccountContext, input: { id: string }) =>
  input.id === '1' ? fail('NOT_FOUND', '') : (async function* () {})(),
);
